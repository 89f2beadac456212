#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# probe.sh OUT RELEASE PROBES FORCED CC FLAG... - writes OUT, a header with the
# answer 0 or 1 to each NAME=STRUCT.MEMBER of PROBES: does the member exist?
# FORCED, NAME=0 or NAME=1, overrules answers.
#
# One compilation answers all: each fact has a line of its own, and a line in
# which the compiler finds an error is a no.  Two facts that are known make
# sure that a compiler that finds no error, or only errors, is noticed.
set -eu

out=$1 probes=$3 forced=$4
shift 4

tmp=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

{
	echo '#include <net/inet_hashtables.h>'
	echo '#include <net/inet_timewait_sock.h>'
	for probe in YES=inet_hashinfo.ehash NO=inet_hashinfo.twi $probes; do
		name=${probe%%=*} member=${probe#*=}
		echo "static inline void $name(struct ${member%.*} *p) { (void)p->${member#*.}; }"
	done
} > "$tmp/probe.c"

LC_ALL=C "$@" -Wno-error -fsyntax-only "$tmp/probe.c" 2> "$tmp/log" || :

answer() { # LINE: 1 if the compiler found no error in it
	if grep -q "probe\.c:$1:[0-9:]* error: " "$tmp/log"; then
		echo 0
	else
		echo 1
	fi
}

if [ "$(answer 3)$(answer 4)" != 10 ]; then
	echo "probe.sh: the kernel's headers can't be probed; the compiler said:" >&2
	head -n 20 "$tmp/log" >&2
	exit 1
fi

{
	echo '/* Written by module/probe.sh; do not edit. */'
	line=5
	for probe in $probes; do
		name=${probe%%=*}
		value=$(answer $line)
		for force in $forced; do
			if [ "${force%%=*}" = "$name" ]; then
				value=${force#*=}
			fi
		done
		echo "#define $name $value"
		line=$((line + 1))
	done
} > "$tmp/probe.h"
mv "$tmp/probe.h" "$out"

# compat.h judges the answers, here and alone, so that a kernel which is too old
# or a wrong answer is one error, not some in each file.
echo '#include "compat.h"' > "$tmp/compat.c"
if ! LC_ALL=C "$@" -Wfatal-errors -fsyntax-only "$tmp/compat.c" >&2; then
	rm "$out"
	exit 1
fi
