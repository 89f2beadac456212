# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the programs in qemu/ share: where the cache is, how a kernel is looked
# up, how one run waits for another. Sourced, never run.
#
# A thing in the cache is made aside, under a lock, and then renamed: what is
# under its final name is always whole. The cache can be removed at any time.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/twinspect
me=${0##*/}

# depmod, modprobe and mke2fs live where a user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# shellcheck source=qemu/arch.sh
. "$here/arch.sh"

say() { printf "%s\n" "$*" | sed "s,^,qemu/$me: ," >&2; }
die() { say "$*"; exit 1; }

need() { "$top/scripts/need" "$@"; }

# mmdebstrap as root has the fewest conditions, and a chroot takes it.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

default_kernel() { awk '!/^#/ && NF { print $1; exit }' "$here/kernels"; }

# kernel_names matrix|debug|stock: those that a distribution could ship, those
# that look for bugs, or those that Debian has built; in the order of the table.
kernel_names() {
	awk -v group="$1" '
	/^#/ || !NF { next }
	group == "stock" ? $4 !~ /^linux-source-/ : $6 == group { print $1 }' \
		"$here/kernels"
}

# kernel_load NAME: sets arch, suite, image, headers, group, slow and cmdline
# from the table, and what arch_load sets.
kernel_load() {
	local line
	line=$(awk -v k="$1" '!/^#/ && $1 == k' "$here/kernels")
	[ -n "$line" ] || die "no kernel $1 in qemu/kernels"
	# shellcheck disable=SC2034 # the names are for whoever called
	read -r _ arch suite image headers group slow cmdline <<<"$line"
	arch_load "$arch"
}

# lock NAME: one at a time for the rest of this process, over all runs that
# share the cache. Released by the kernel, however the process ends.
lock() {
	mkdir -p "$cache/lock"
	exec {lockfd}>"$cache/lock/$1"
	flock -n "$lockfd" && return
	say "waiting for another run to finish with $1"
	flock "$lockfd"
}
