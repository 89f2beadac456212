# SPDX-License-Identifier: GPL-2.0
#
# probe.mk - measures what differs between kernels and writes probe.h.
#
# A line a fact: TWI_HAVE_<NAME>=<struct>.<member>.  probe.sh compiles one file
# with one function a fact against the headers of the kernel at hand; compat.h
# says which commit a fact comes from and checks the answer.

twi-probes := \
	TWI_HAVE_BHASH2=inet_hashinfo.bhash2 \
	TWI_HAVE_LHASH2_NULLS=inet_listen_hashbucket.nulls_head \
	TWI_HAVE_OWN_EHASH=inet_hashinfo.pernet \
	TWI_HAVE_TB_BHASH2=inet_bind_bucket.bhash2 \
	TWI_HAVE_BIND_RCU=inet_bind_bucket.rcu \
	TWI_HAVE_ENTRY_STAMP=inet_timewait_sock.tw_entry_stamp \
	TWI_HAVE_CONNECT_BIND=inet_timewait_sock.tw_connect_bind \
	TWI_HAVE_INET_FLAGS=inet_sock.inet_flags \
	TWI_HAVE_REUSE_DELAY=netns_ipv4.sysctl_tcp_tw_reuse_delay \
	TWI_HAVE_PORT_STEP=netns_ipv4.sysctl_ip_local_port_step_width

# compat.h copies structs anonymously to check the answers; clang would tell of
# each.
ccflags-y += -fms-extensions
ccflags-$(CONFIG_CC_IS_CLANG) += -Wno-microsoft-anon-tag

# Answers to force, for the test that a wrong one does not compile:
# make TWI_PROBE_FORCE="TWI_HAVE_BHASH2=0"
TWI_PROBE_FORCE ?=

# The release is an argument so that another kernel is measured anew.
quiet_cmd_twi_probe = PROBE   $@
      cmd_twi_probe = $(CONFIG_SHELL) $(src)/module/probe.sh $@ \
	"$(KERNELRELEASE)" "$(twi-probes)" "$(TWI_PROBE_FORCE)" \
	$(CC) $(filter-out -Wp%,$(c_flags))

$(obj)/module/probe.h: $(src)/module/probe.sh $(src)/module/probe.mk FORCE
	$(call if_changed,twi_probe)

targets += module/probe.h
