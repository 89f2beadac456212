# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the names are for whoever called
#
# What differs between the architectures of guests: data, and the only place
# that has it. Sourced by lib.sh.

# arch_load ARCH: sets, for Debian's name of an architecture,
#   triple      the compiler's name of it
#   linux_arch  the kernel's
#   boot_image  what the kernel's make is asked for, and its path there
#   emulator    QEMU's command, machine included; tcg_cpu, the CPU without KVM
#   console     the kernel's name of the machine's first serial port
#   cross       where it is not the host's own: the prefix of the compiler, and
#   packages    what has to be installed to compile for it
#   qemu_packages
#
# arm64 without KVM: cortex-a76 has the instructions of 64-bit Arm servers, and
# none that TCG is slow at, as "max" does (signed pointers, memory tags).
arch_load() {
	case $1 in
	amd64)
		triple=x86_64-linux-gnu linux_arch=x86
		boot_image=bzImage
		emulator=(qemu-system-x86_64 -machine q35) tcg_cpu=max
		qemu_packages=(qemu-system-x86)
		console=ttyS0
		;;
	arm64)
		triple=aarch64-linux-gnu linux_arch=arm64
		boot_image=Image
		emulator=(qemu-system-aarch64 -machine "virt,gic-version=max")
		tcg_cpu=cortex-a76
		qemu_packages=(qemu-system-arm)
		console=ttyAMA0
		;;
	*)
		die "nothing is known of $1; qemu/arch.sh is the place"
		;;
	esac
	cross='' packages=()
	if [ "$1" != "$(dpkg --print-architecture)" ]; then
		cross=$triple-
		packages=("gcc-${triple//_/-}" "libc6-dev-$1-cross")
	fi
}
