/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the module and its readers share: the names of the
 * files, of their keys and of their columns, and the format version.
 *
 * Plain macros only: the kernel module, the reader and the tests include it.
 * What each name means is in Documentation/ABI/testing/debugfs-twinspect.
 */
#ifndef TWINSPECT_H
#define TWINSPECT_H

/*
 * Version of the text format, the third word of every file's first line.  It
 * changes when something that a reader relies on changes its meaning or goes;
 * new keys and new columns do not change it, as readers go by name.
 */
#define TWI_FORMAT		1

/* Version of the project, of the module and of the reader. */
#define TWI_VERSION		"0.1"

#define TWI_NAME		"twinspect"
#define TWI_DEBUGFS_DIR		"/sys/kernel/debug/" TWI_NAME

/* The files, in the order in which caps lists them. */
#define TWI_FILES(X)							\
	X(summary)							\
	X(ehash_buckets)						\
	X(deathrow)							\
	X(bind_buckets)							\
	X(tuples)							\
	X(netns)							\
	X(caps)

/*
 * What can stand in an ehash chain, in the order of the columns of netns and
 * of the keys of summary: the TCP states (include/net/tcp_states.h) with the
 * two kinds of minisocket first.  tw is a TIME-WAIT minisocket, fw2 one that
 * stands for a socket in FIN-WAIT-2; both have tw_state TIME_WAIT and differ
 * in tw_substate.
 */
#define TWI_STATES(X)							\
	X(tw)								\
	X(fw2)								\
	X(established)							\
	X(syn_sent)							\
	X(syn_recv)							\
	X(new_syn_recv)							\
	X(fin_wait1)							\
	X(fin_wait2)							\
	X(close_wait)							\
	X(last_ack)							\
	X(closing)

/* Families: mapped is AF_INET6 talking to an IPv4-mapped address. */
#define TWI_FAMILIES(X)							\
	X(v4)								\
	X(v6)								\
	X(mapped)

/*
 * Sides of a group of tuples, by who chose the local port: connect(), a
 * listener, bind(); and the row of all that have none.
 */
#define TWI_SIDES(X)							\
	X(outbound)							\
	X(inbound)							\
	X(bound)							\
	X(other)

/* Columns of the row files, in the order in which format 1 prints them. */
#define TWI_COLUMNS_ehash_buckets					\
	"table bucket sockets tw fw2"
#define TWI_COLUMNS_deathrow						\
	"fires_ms cpu level step_ms tw fw2"
#define TWI_COLUMNS_bind_buckets					\
	"netns cookie port l3mdev fastreuse fastreuseport fastuid "	\
	"tw fw2 live listeners only_tw bhash2_buckets ambiguous"
/* netns: these, then <state>_<family> for every state and family. */
#define TWI_COLUMNS_netns						\
	"netns cookie own_ehash table ehash_buckets tw_kernel tw_max "	\
	"port_low port_high ports_reserved port_step tw_reuse "		\
	"tw_reuse_delay_ms timestamps listeners"
/* side, local, remote and fixed are text */
#define TWI_COLUMNS_tuples						\
	"netns cookie side local remote fixed port dev tw fw2 live "	\
	"closed_1s closed_10s oldest_ms youngest_ms capacity used "	\
	"free free_first used_percent left reuse_now reuse_1 "		\
	"reuse_bound probes_least probes_mean_milli probes_most "	\
	"exhausted_s"

/* What a value that this kernel or this pass cannot tell reads as. */
#define TWI_UNKNOWN		(-1)

#endif /* TWINSPECT_H */
