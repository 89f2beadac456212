#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh: what selftests/run does inside a guest. Loads what the tests need
# and hands over to the kernel's own kselftest runner.

set -u

# Not a failure if one is missing: the test that needs it says so.
for module in tcp_diag tun vrf; do
	modprobe -q "$module"
done
# Newer kernels don't mount it in debugfs any more.
mount -t tracefs none /sys/kernel/tracing 2>/dev/null

# Which lines run: scripts/coverage. It is to see every load of the module.
[ ! -e twgcov.ko ] || insmod ./twgcov.ko || exit 1

for module in twinspect twgen; do
	insmod "./$module.ko" || { echo "Bail out! no $module.ko"; exit 1; }
done

# For the tests that load and unload it.
export TWINSPECT_KO="$PWD/twinspect.ko"
# How slow this kernel is: see qemu/kernels.
TWINSPECT_SLOW=$(cat kselftest_install/slow)
export TWINSPECT_SLOW
# Whether what takes long is done in full.
TWINSPECT_FULL=$(cat kselftest_install/full)
export TWINSPECT_FULL
# A kernel that was built to see data races and does not look sees none.
if grep -q '^enabled: 0' /sys/kernel/debug/kcsan 2>/dev/null; then
	echo "Bail out! KCSAN is not enabled"
	exit 1
fi

mv kselftest-list.txt kselftest_install
./kselftest_install/run_kselftest.sh
status=$?

if [ -e twgcov.ko ]; then
	rmmod twgen twinspect
	cat /sys/kernel/debug/twgcov
	exit $status
fi

# Where the kernel looks for memory that nobody points to: what the modules have
# left, which is in its log as well. Twice, five seconds apart: an object that
# is younger, or has changed since the last look, is not reported.
leaks=/sys/kernel/debug/kmemleak
lost() {
	echo "Bail out! $1"
	status=1
}

if [ -w $leaks ]; then
	rmmod twgen twinspect || lost "the modules cannot be unloaded"
	for pause in 5 0; do
		# It refuses once it had no memory itself, and is blind then.
		echo scan >$leaks || lost "kmemleak does not scan"
		sleep $pause
	done
	objects=$(grep -c '^unreferenced object' $leaks)
	if [ "$objects" != 0 ]; then
		sed 's/^/# /' $leaks
		lost "kmemleak: $objects objects that nobody points to"
	fi
fi
exit $status
