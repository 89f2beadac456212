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
exec ./kselftest_install/run_kselftest.sh
