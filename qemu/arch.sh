# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the names are for whoever called
#
# What differs between the architectures of guests: data, and the only place
# that has it. Sourced by lib.sh.

# arch_load ARCH: sets, for Debian's name of an architecture,
#   triple      the compiler's name of it
#   linux_arch  the kernel's; um besides sets arch to what it is to Debian
#   boot_image  what the kernel's make is asked for; boot_path, where it leaves it
#   boot_modules  what PID 1 needs for its disks and ports, where it is a module
#   emulator    QEMU's command, machine included; tcg_cpu, the CPU without KVM
#   console     the kernel's name of the machine's first serial port
#   cross       where it is not the host's own: the prefix of the compiler, and
#   packages    what has to be installed to compile for it
#   qemu_packages
#   kcflags     what kernel and modules are compiled with besides, mostly nothing
#
# um: a kernel that is a program of the host, which needs no emulator. All that
# runs in it is the host's, and so is the architecture by which Debian knows it.
#
# arm64 without KVM: cortex-a76 has the instructions of 64-bit Arm servers, and
# none that TCG is slow at, as "max" does (signed pointers, memory tags).
arch_load() {
	kcflags=
	boot_modules=(virtio_pci virtio_blk virtio_console ext4 overlay)
	case $1 in
	amd64)
		triple=x86_64-linux-gnu linux_arch=x86
		boot_image=bzImage boot_path=arch/x86/boot/bzImage
		emulator=(qemu-system-x86_64 -machine q35) tcg_cpu=max
		qemu_packages=(qemu-system-x86)
		console=ttyS0
		;;
	arm64)
		triple=aarch64-linux-gnu linux_arch=arm64
		boot_image=Image boot_path=arch/arm64/boot/Image
		emulator=(qemu-system-aarch64 -machine "virt,gic-version=max")
		tcg_cpu=cortex-a76
		qemu_packages=(qemu-system-arm)
		console=ttyAMA0
		;;
	um)
		[ "$(dpkg --print-architecture)" = amd64 ] ||
			die "user-mode Linux is for amd64 only"
		arch_load amd64
		arch=amd64 linux_arch=um
		# shellcheck disable=SC2154 # from qemu/lib.sh
		kcflags="-include $here/config/uml.h"
		boot_image=linux boot_path=linux
		boot_modules=(ext4 overlay)
		emulator=() qemu_packages=(util-linux)
		console=tty0
		return
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
