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
mv kselftest-list.txt kselftest_install
./kselftest_install/run_kselftest.sh
status=$?

# Where the kernel looks for memory that nobody points to: what the modules
# have left is in its log, and so in the verdict. Twice, as the first look takes
# what is on its way for lost.
if [ -w /sys/kernel/debug/kmemleak ]; then
	rmmod twgen twinspect
	for _ in 1 2; do
		echo scan >/sys/kernel/debug/kmemleak
		sleep 5
	done
	cat /sys/kernel/debug/kmemleak
fi
exit $status
