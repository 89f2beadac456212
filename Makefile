# SPDX-License-Identifier: GPL-2.0
#
# Makefile - what a person types.  What the kernel's build system needs is in
# Kbuild; qemu/, selftests/ and tools/ have their own.
#
#   make            the module for the running kernel, and the reader
#   make demo       a real proxy and web server in a guest, and what it shows
#   make check      all tests: unit, style, and the selftests in a guest
#   make check-matrix  the selftests on each kernel of qemu/kernels that is to
#                      be right on
#   make check-debug   the same on each that has one of the kernel's detectors
#   make bench      how fast the module is, beside what else could be asked
#   make coverage   which lines run, on each kernel of check-matrix and one more
#   make install    module and reader; DESTDIR, prefix
#   make uninstall  removes both; with the same DESTDIR, prefix
#   make deb        Debian packages: the module for DKMS, and the reader
#   make clean

# Headers of the kernel to build the module for.
KDIR		?= /lib/modules/$(shell uname -r)/build
prefix		?= /usr/local

all: module tools

module:
	@[ -d $(KDIR) ] || { echo "no kernel headers in $(KDIR):" \
		"install them, or name others with KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools

# Both install what they lack, so that they run on a machine that has nothing.
demo:
	scripts/need $$($(MAKE) -s -C tools packages)
	$(MAKE) -C tools
	qemu/demo

check:
	scripts/check $(STAGES)

# Hours from an empty cache: the kernels are built.
check-matrix check-debug:
	TWINSPECT_FULL=1 scripts/check $(@:check-%=%)

coverage:
	scripts/coverage

bench:
	bench/run

install: install-module install-tools

# Of a module that was not built, modules_install installs nothing and is content.
install-module: module
	$(MAKE) -C $(KDIR) M=$(CURDIR) \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install

install-tools:
	$(MAKE) -C tools install DESTDIR=$(DESTDIR) prefix=$(prefix)

uninstall: uninstall-module uninstall-tools

# The release under which modules_install puts it, which of what Debian patches is
# in this header alone.
uninstall-module:
	release=$$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
		$(KDIR)/include/generated/utsrelease.h) && \
	rm -f $(DESTDIR)/lib/modules/$$release/*/twinspect.ko* && \
	{ [ -n "$(DESTDIR)" ] || depmod $$release; }

uninstall-tools:
	$(MAKE) -C tools uninstall DESTDIR=$(DESTDIR) prefix=$(prefix)

deb:
	scripts/deb

# All that DKMS has is the module.
clean-module:
	[ ! -d $(KDIR) ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean

clean: clean-module
	$(MAKE) -C tools clean
	$(MAKE) -C bench clean
	$(MAKE) -C module/tests clean

.PHONY: all module tools demo check check-matrix check-debug coverage bench \
	clean clean-module deb install install-module install-tools uninstall \
	uninstall-module uninstall-tools
