// SPDX-License-Identifier: GPL-2.0
/*
 * dying - network namespaces full of TIME-WAIT sockets, with a table of their
 * own and without, are made and go while all files are read: what stays is
 * counted exactly meanwhile, and no namespace is kept from going.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define STAY	1000
/* TIME-WAIT sockets of each namespace, and there may be no more. */
#define FULL	200
/* Namespaces of each kind. */
#define ROUNDS	(36 / tw_slow() + 4)
/* Those with the shared table, those with their own. */
#define KINDS	2

FIXTURE(dying) {
	long long inode;
	int *full;		/* namespaces that were full, of each kind */
	int gen;
	int from[KINDS];	/* namespaces that these are made from */
};

FIXTURE_SETUP(dying)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .server_closes = true,
	};

	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	self->full = mmap(NULL, KINDS * sizeof(*self->full),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	ASSERT_NE(MAP_FAILED, self->full);
	self->from[0] = tw_ns_new();
	ASSERT_LE(0, self->from[0]);
	self->inode = tw_ns_inode();
	self->from[1] = tw_ns_new();
	ASSERT_LE(0, self->from[1]);
	if (tw_cap("has_own_ehash") == 1) {
		ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_child_ehash_entries",
				       64));
	}
	ASSERT_EQ(0, tw_ns_enter(self->from[0]));
	ASSERT_EQ(0, tw_gen_hold(self->gen, PORT));
	ASSERT_EQ(STAY, tw_gen(self->gen, &conn, STAY));
	ASSERT_TRUE(tw_wait_sockstat(STAY));
}

FIXTURE_TEARDOWN(dying)
{
}

/* Makes a namespace and fills it; it goes with the process. */
static int fill(int from, bool own)
{
	struct tw_conn conn = {
		.family = TW_V6, .port = PORT + 1, .both_close = true,
	};
	int gen = tw_gen_open();
	struct twgen_info info;

	if (gen < 0 || tw_ns_enter(from) || tw_ns_new() < 0 ||
	    tw_sysctl("net/ipv4/tcp_max_tw_buckets", FULL) ||
	    tw_gen_info(gen, &info) || info.own_ehash != own)
		return -1;
	if (tw_gen(gen, &conn, FULL / 2) != FULL / 2)
		return -1;
	return tw_wait_sockstat(FULL) ? 0 : -1;
}

/* One after the other, each in a process of its own. */
static void creator(int from, bool own, int *full)
{
	int i, status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < ROUNDS; i++) {
		pid = fork();
		if (pid < 0)
			_exit(1);
		if (!pid)
			_exit(fill(from, own) ? 1 : 0);
		if (waitpid(pid, &status, 0) != pid || status)
			_exit(1);
		__atomic_add_fetch(full, 1, __ATOMIC_SEQ_CST);
	}
	_exit(0);
}

/* TIME-WAIT sockets of the namespace that stays; -1: can't tell them. */
static long long stay_count(const struct tw_file *f, long long inode)
{
	if (!strcmp(f->name, "summary"))
		return tw_get(f, "port.0.port") == PORT &&
		       tw_get(f, "port.0.netns") == inode ?
		       tw_get(f, "port.0.tw") : TW_NONE;
	if (!strcmp(f->name, "bind_buckets") || !strcmp(f->name, "tuples"))
		return tw_cell(f, tw_row(f, "port", PORT), "tw");
	if (!strcmp(f->name, "netns"))
		return tw_cell(f, tw_row(f, "netns", inode), "tw_v4");
	return -1;
}

/* The sum over all namespaces. */
static long long all_count(const struct tw_file *f)
{
	if (!strcmp(f->name, "netns"))
		return tw_sum(f, "tw_v4") + tw_sum(f, "tw_v6") +
		       tw_sum(f, "tw_mapped");
	if (!strcmp(f->name, "bind_buckets"))
		return tw_sum(f, "tw");
	return tw_get(f, "tw");
}

#define FILES	(TW_FILES - 1)	/* without caps */

static int quiet_differs(int gen, long long inode)
{
	struct twgen_info info;
	int bad = 0;

	if (tw_gen_info(gen, &info))
		return -1;
	if (info.namespaces != 3) {
		tw_log("%u namespaces are left", info.namespaces);
		bad++;
	}
	for (int i = 0; i < FILES; i++) {
		struct tw_file *f = tw_load(tw_files[i]);
		long long stay = stay_count(f, inode), all = all_count(f);

		if ((stay >= 0 && stay != STAY) || all != STAY ||
		    tw_inexact(f)) {
			tw_log("%s: %lld of %lld, %lld inexact", f->name, stay,
			       all, tw_inexact(f));
			bad++;
		}
		if (!strcmp(f->name, "summary"))
			bad += tw_get(f, "tables") != 1 ||
			       tw_get(f, "tw_kernel") != STAY ||
			       tw_get(f, "netns_unheld") ||
			       tw_get(f, "unheld_sockets");
		tw_free(f);
	}
	return bad;
}

static bool one_runs(const pid_t *pid, int n)
{
	siginfo_t info;

	for (int i = 0; i < n; i++) {
		info.si_pid = 0;
		/* Left to be waited for. */
		if (waitid(P_PID, pid[i], &info,
			   WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
			return true;
	}
	return false;
}

TEST_F_TIMEOUT(dying, while_read, 240)
{
	long long reads = 0, others = 0, unheld = 0, bad = 0, inexact = 0;
	long long restarts = 0, tables = 0, ms = tw_now_ms();
	bool own = tw_cap("has_own_ehash") == 1;
	pid_t pid[KINDS];
	int status;

	for (int i = 0; i < KINDS; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			creator(self->from[i], own && i, &self->full[i]);
	}
	for (; one_runs(pid, KINDS); reads++) {
		struct tw_file *f = tw_load(tw_files[reads % FILES]);
		long long stay;

		ASSERT_NE(NULL, f);
		stay = stay_count(f, self->inode);
		if (stay != -1 && stay != STAY) {
			tw_log("%s: %lld, not %d", f->name, stay, STAY);
			bad++;
		}
		inexact += tw_inexact(f) != 0;
		restarts += tw_get(f, "pass_restarts");
		if (!strcmp(f->name, "summary")) {
			others += tw_get(f, "netns") > 3;
			tables += tw_get(f, "tables") > 1;
			unheld += tw_get(f, "netns_unheld");
		}
		tw_free(f);
	}
	for (int i = 0; i < KINDS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
		EXPECT_EQ(ROUNDS, self->full[i]);
	}
	TH_LOG("%d namespaces with the shared table, %d with their own, in %lld ms",
	       self->full[0], self->full[1], tw_now_ms() - ms);
	TH_LOG("%lld reads, of summary %lld with one of them, %lld with a table",
	       reads, others, tables);
	TH_LOG("%lld were on their way down", unheld);
	TH_LOG("%lld chains walked again, %lld reads inexact", restarts,
	       inexact);
	EXPECT_EQ(0, bad);
	EXPECT_EQ(0, inexact);
	EXPECT_LE(ROUNDS, reads);
	EXPECT_LT(0, others);
	EXPECT_TRUE(!own || tables > 0);
	ASSERT_TRUE(tw_ns_wait(3));
	EXPECT_EQ(0, quiet_differs(self->gen, self->inode));
}

/* A file that stays open holds what was seen, not what is there. */
TEST_F(dying, files_stay_open)
{
	struct tw_file *f;
	int fd[TW_FILES], go[2], done[2];
	size_t len;
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(go));
	ASSERT_EQ(0, pipe(done));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		close(go[1]);
		byte = fill(self->from[1], tw_cap("has_own_ehash") == 1);
		/* Until it is told to go. */
		_exit(write(done[1], &byte, 1) != 1 || byte ||
		      read(go[0], &byte, 1));
	}
	ASSERT_EQ(1, read(done[0], &byte, 1));
	ASSERT_EQ(0, byte);
	for (int i = 0; i < TW_FILES; i++) {
		fd[i] = tw_open(tw_files[i], O_RDONLY);
		ASSERT_LE(0, fd[i]);
		ASSERT_EQ(1, pread(fd[i], &byte, 1, 0));
	}
	close(go[1]);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_TRUE(tw_ns_wait(3));
	EXPECT_EQ(0, quiet_differs(self->gen, self->inode));
	for (int i = 0; i < FILES; i++) {
		char *text = tw_slurp(fd[i], &len);

		f = tw_parse(tw_files[i], text, len);
		ASSERT_NE(NULL, f);
		EXPECT_EQ(STAY + FULL, all_count(f));
	}
}

TEST_HARNESS_MAIN
