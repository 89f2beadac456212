// SPDX-License-Identifier: GPL-2.0
/*
 * Counts TIME-WAIT in the kernel, by the iterator over TCP sockets: what a
 * person would write who has BPF and not twinspect.  bench/twcount.c loads it.
 *
 * Of the kernel's types, the members that are read; libbpf finds out from the
 * kernel's BTF where they are.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define TCP_TIME_WAIT	6

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct sock_common {
	unsigned char skc_state;
} __attribute__((preserve_access_index));

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
} __attribute__((preserve_access_index));

/* Of one run: readers come one at a time. */
__u64 tw;

SEC("iter/tcp")
int count(struct bpf_iter__tcp *ctx)
{
	/* Read once: of a second time the verifier would not know it. */
	const struct sock_common *sk = ctx->sk_common;

	if (!sk) {
		BPF_SEQ_PRINTF(ctx->meta->seq, "tw %llu\n", tw);
		tw = 0;
	} else if (sk->skc_state == TCP_TIME_WAIT) {
		tw++;
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
