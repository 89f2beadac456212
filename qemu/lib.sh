# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the programs in qemu/ share: where the cache is, how a kernel is looked
# up, how a thing is made once and published whole. Sourced, never run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/twinspect
me=${0##*/}

# depmod, modprobe and mke2fs live where a user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf "%s\n" "$*" | sed "s,^,qemu/$me: ," >&2; }
die() { say "$*"; exit 1; }

need() { "$top/scripts/need" "$@"; }

default_kernel() { awk '!/^#/ && NF { print $1; exit }' "$here/kernels"; }

# kernel_load NAME: sets arch, suite, image, headers and cmdline from the table.
kernel_load() {
	local line
	line=$(awk -v k="$1" '!/^#/ && $1 == k' "$here/kernels")
	[ -n "$line" ] || die "no kernel $1 in qemu/kernels"
	# shellcheck disable=SC2034 # the names are for whoever called
	read -r _ arch suite image headers cmdline <<<"$line"
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

unlock() { exec {lockfd}>&-; }

# publish TEMPORARY FINAL: what is under its final name is always complete.
# mv -T of a directory wants the place empty: an older one is swapped out first.
publish() {
	rm -rf "$2.old"
	[ ! -d "$2" ] || mv -T "$2" "$2.old"
	mv -T "$1" "$2"
	rm -rf "$2.old"
}
