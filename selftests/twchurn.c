// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that come and go while a test looks at others; see twlib.h.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "twlib.h"

/* Of one process, in memory that it shares with the test. */
struct tw_churned {
	int		wanted;		/* enum tw_churn_how; the test writes it */
	int		how;		/* what it does now */
	long long	opened;		/* before the connections are */
	long long	closed;		/* after nothing is left of them */
};

/*
 * Ends the TIME-WAIT sockets of a batch, one on either side of each connection:
 * the last of them may have yet to enter it.
 */
static int drop_all(int gen, uint16_t port)
{
	long long end = tw_now_ms() + 20000LL * tw_slow(), n;
	int left = 2 * TW_CHURN_BATCH;

	while (left > 0 && tw_now_ms() < end) {
		n = tw_gen_drop(gen, port);
		if (n < 0)
			return -1;
		left -= n;
		if (left > 0)
			sched_yield();
	}
	if (left)
		tw_log("%d TIME-WAIT sockets too few", left);
	return left ? -1 : 0;
}

/* One batch, to the end of what it left. */
static int batch(int gen, struct tw_churned *c, struct tw_conn *conn, bool tw)
{
	conn->reset = !tw;
	conn->both_close = tw;
	__atomic_add_fetch(&c->opened, TW_CHURN_BATCH, __ATOMIC_SEQ_CST);
	if (tw_gen(gen, conn, TW_CHURN_BATCH) != TW_CHURN_BATCH)
		return -1;
	if (tw && drop_all(gen, conn->port))
		return -1;
	__atomic_add_fetch(&c->closed, TW_CHURN_BATCH, __ATOMIC_SEQ_CST);
	return 0;
}

static int churn(struct tw_churned *c, struct tw_conn *conn)
{
	int gen = tw_gen_open(), how, i;

	if (gen < 0)
		return -1;
	for (i = 0;; i++) {
		how = __atomic_load_n(&c->wanted, __ATOMIC_SEQ_CST);
		__atomic_store_n(&c->how, how, __ATOMIC_SEQ_CST);
		if (how == TW_CHURN_PAUSE)
			tw_sleep_ms(1);
		else if (batch(gen, c, conn, how == TW_CHURN_TW ||
			       (how == TW_CHURN_BOTH && i % 2)))
			return -1;
	}
}

static void churner(struct tw_churned *c, int cpu, int ns,
		    struct tw_conn *conn)
{
	cpu_set_t set;

	/* It must not outlive a test that fails. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		tw_fail("sched_setaffinity");
	else if (!tw_ns_enter(ns))
		churn(c, conn);
	_exit(1);
}

int tw_churn_start(struct tw_churn *churn, enum tw_family family,
		   uint16_t port, const int *ns, int nns)
{
	int i;

	churn->n = sysconf(_SC_NPROCESSORS_ONLN);
	churn->pid = tw_need(calloc(churn->n, sizeof(*churn->pid)));
	churn->shared = mmap(NULL, churn->n * sizeof(*churn->shared),
			     PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (churn->shared == MAP_FAILED)
		return tw_fail("mmap");
	for (i = 0; i < churn->n; i++) {
		struct tw_conn conn = { .family = family, .port = port + i };

		churn->pid[i] = fork();
		if (churn->pid[i] < 0)
			return tw_fail("fork");
		if (!churn->pid[i])
			churner(&churn->shared[i], i, ns[i % nns], &conn);
	}
	return 0;
}

struct waiting {
	const struct tw_churn *churn;
	int how;
};

static bool all_do(void *arg)
{
	const struct waiting *w = arg;
	int i;

	for (i = 0; i < w->churn->n; i++) {
		if (__atomic_load_n(&w->churn->shared[i].how,
				    __ATOMIC_SEQ_CST) != w->how)
			return false;
	}
	return true;
}

int tw_churn_how(struct tw_churn *churn, enum tw_churn_how how)
{
	struct waiting w = { .churn = churn, .how = how };
	int i;

	for (i = 0; i < churn->n; i++)
		__atomic_store_n(&churn->shared[i].wanted, how,
				 __ATOMIC_SEQ_CST);
	if (tw_wait(all_do, &w, 20000))
		return 0;
	tw_log("sockets do not come and go as they are told to");
	return -1;
}

long long tw_churn_opened(const struct tw_churn *churn)
{
	long long sum = 0;
	int i;

	for (i = 0; i < churn->n; i++)
		sum += __atomic_load_n(&churn->shared[i].opened,
				       __ATOMIC_SEQ_CST);
	return sum;
}

long long tw_churn_closed(const struct tw_churn *churn)
{
	long long sum = 0;
	int i;

	for (i = 0; i < churn->n; i++)
		sum += __atomic_load_n(&churn->shared[i].closed,
				       __ATOMIC_SEQ_CST);
	return sum;
}

int tw_churn_stop(struct tw_churn *churn)
{
	int err = tw_churn_how(churn, TW_CHURN_PAUSE), i, status;

	for (i = 0; i < churn->n; i++) {
		kill(churn->pid[i], SIGKILL);
		waitpid(churn->pid[i], &status, 0);
		if (!WIFSIGNALED(status)) {
			tw_log("process %d of those that churn ended by itself",
			       i);
			err = -1;
		}
	}
	munmap(churn->shared, churn->n * sizeof(*churn->shared));
	free(churn->pid);
	return err;
}
