# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # see lib.sh and qemu/kernel
#
# Kernels built from one of Debian's linux-source packages: allnoconfig and the
# fragments of qemu/config that the table names. Sourced by qemu/kernel, after
# lib.sh and apt.sh.
#
# The sources are unpacked once for all kernels and written to never again;
# they stay as they were fetched until their directory is removed.

recipe=1	# to be counted up when what is below builds something else

source_needs=(
	build-essential bc bison flex libelf-dev libssl-dev cpio kmod xz-utils
	python3-minimal
)

# source_fetch PACKAGE ARCH SUITE: sets $source, the directory of the tree.
source_fetch() {
	local dir=$cache/source/$1 tmp=$cache/source/.$1.new

	source=$dir/tree
	[ ! -e "$dir/version" ] || return 0
	lock "source-$1"
	[ ! -e "$dir/version" ] || return 0
	need apt dpkg tar xz-utils ca-certificates debian-archive-keyring
	rm -rf "$tmp"
	mkdir -p "$tmp/deb" "$tmp/tree"
	apt_use "$2" "$3"
	apt_version "$1" >"$tmp/version"
	apt_unpack "$tmp/deb" "$1"
	say "unpacking $1 (a minute)"
	tar -xJf "$tmp/deb/usr/src/$1.tar.xz" -C "$tmp/tree" \
		--strip-components=1
	rm -rf "$tmp/deb"
	mv -T "$tmp" "$dir"
}

# source_options FRAGMENT[,FRAGMENT...]: their lines without the reasons.
source_options() {
	local name

	for name in ${1//,/ }; do
		[ -e "$here/config/$name.config" ] ||
			die "no qemu/config/$name.config"
		sed -n -E 's/^(CONFIG_\w+=[^[:space:]]*).*/\1/p' \
			"$here/config/$name.config"
	done
}

# source_key: what a kernel is the result of, in short.
source_key() {
	{
		echo "$recipe"
		cat "${source%/tree}/version"
		"${cross}gcc" --version | head -n 1
		source_options "$1"
		[ -z "$kcflags" ] || cat "${kcflags#* }"
	} | sha256sum | cut -c 1-12
}

# source_unmet OPTIONS CONFIG: each line of OPTIONS that CONFIG differs from.
# The last line for an option is the one that counts.
source_unmet() {
	awk -F = '
	NR == FNR { want[$1] = $2; next }
	/^CONFIG_/ { have[$1] = substr($0, length($1) + 2) }
	END {
		for (name in want) {
			is = name in have ? have[name] : "n"
			if (is != want[name])
				print name "=" want[name] " is " is
		}
	}' "$1" "$2" | LC_ALL=C sort
}

# source_make DIR TARGET...: quietly, with nothing of a make that calls us. A
# build takes what CPU time is left over: guests are sensitive to its lack.
source_make() {
	local dir=$1
	shift
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u OUTPUT -u KDIR \
		${kcflags:+"KCFLAGS=$kcflags"} \
		nice -n 19 make -s -C "$source" O="$dir" -j "$(nproc)" \
		ARCH="$linux_arch" CROSS_COMPILE="$cross" "$@" \
		>>"$dir.log" 2>&1 || {
		tail -n 30 "$dir.log" >&2
		die "cannot make $* of $image"
	}
}

# source_configure DIR FRAGMENTS KEY
source_configure() {
	local unmet

	mkdir -p "$1"
	{
		source_options "$2"
		echo "CONFIG_LOCALVERSION=\"-${2//,/-}-$3\""
	} >"$1.options"
	source_make "$1" KCONFIG_ALLCONFIG="$1.options" allnoconfig
	unmet=$(source_unmet "$1.options" "$1/.config")
	[ -z "$unmet" ] || die "options of $2 that did not stick:
$unmet"
}

# Objects are needed for a second build only, which there will not be. vmlinux
# stays, for who has an address and wants to know what it is.
source_prune() {
	find "$1" -path "$1/scripts" -prune -o -path "$1/tools" -prune -o \
		-type f \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \
		-o -name '*.ko' -o -name '*.mod.c' -o -name 'vmlinux.*' \
		-o -name "$boot_image" \) ! -path "$1/vmlinux.symvers" \
		-exec rm {} +
}

# source_build DIR FRAGMENTS KEY: makes build in DIR, and image, as a package
# would hold it; sets $release and $version. DIR is renamed to $dir later, and
# a build directory knows where it is. It is told, too, what it was built for and
# with: who builds modules in it need not know.
source_build() {
	local build=$1/build

	version=$(cat "${source%/tree}/version")
	say "building $image $version with ${2//,/, } (minutes; $build.log)"
	source_configure "$build" "$2" "$3"
	source_make "$build" "$boot_image" modules
	source_make "$build" INSTALL_MOD_PATH="$1/image" modules_install
	release=$(cat "$build/include/config/kernel.release")
	mkdir -p "$1/image/boot"
	cp "$build/$boot_path" "$1/image/boot/vmlinuz-$release"
	cp "$build/.config" "$1/image/boot/config-$release"
	source_prune "$build"
	sed -i -e "s|$1/|$dir/|" -e "2i export ARCH = $linux_arch" \
		-e "2i export CROSS_COMPILE = $cross" "$build/Makefile"
}
