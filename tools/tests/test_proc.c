// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_proc.c - numbers in the files of /proc, rates, and processes by their
 * network namespace, from files that the test writes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc.h"

static const char sockstat[] =
	"sockets: used 11\n"
	"TCP: inuse 5 orphan 30 tw 4 alloc 7 mem 94\n"
	"UDP: inuse 1 mem 0\n";

static const char netstat[] =
	"TcpExt: SyncookiesSent TW TWRecycled TCPTimeWaitOverflow\n"
	"TcpExt: 0 115 3 18446744073709551615\n"
	"IpExt: InNoRoutes TW\n"
	"IpExt: 7 8\n";

static void fields(void **state)
{
	(void)state;
	assert_int_equal(twi_proc_field(sockstat, "TCP:", "orphan"), 30);
	assert_int_equal(twi_proc_field(sockstat, "TCP:", "mem"), 94);
	assert_int_equal(twi_proc_field(sockstat, "UDP:", "orphan"), -1);
	assert_int_equal(twi_proc_field(sockstat, "RAW:", "inuse"), -1);
	assert_int_equal(twi_proc_field("MemTotal:   24684084 kB\n",
					"MemTotal:", ""), 24684084);
	assert_int_equal(twi_proc_field("MemTotal:\n", "MemTotal:", ""), -1);
	assert_int_equal(twi_proc_field("", "MemTotal:", ""), -1);
	assert_int_equal(twi_proc_field("TCP: orphan", "TCP:", "orphan"), -1);
	assert_int_equal(twi_proc_field("TCP: orphan x", "TCP:", "orphan"),
			 -1);
}

static void counters(void **state)
{
	(void)state;
	assert_int_equal(twi_proc_counter(netstat, "TcpExt:", "TW"), 115);
	assert_int_equal(twi_proc_counter(netstat, "TcpExt:", "TWRecycled"),
			 3);
	assert_int_equal(twi_proc_counter(netstat, "IpExt:", "TW"), 8);
	/* not there, not a prefix of another, too large, cut */
	assert_int_equal(twi_proc_counter(netstat, "TcpExt:", "TWKilled"), -1);
	assert_int_equal(twi_proc_counter(netstat, "TcpExt:", "TWRec"), -1);
	assert_int_equal(twi_proc_counter(netstat, "TcpExt:",
					  "TCPTimeWaitOverflow"), -1);
	assert_int_equal(twi_proc_counter("TcpExt: A B\nTcpExt: 1\n",
					  "TcpExt:", "B"), -1);
	assert_int_equal(twi_proc_counter("TcpExt: A B\n", "TcpExt:", "B"),
			 -1);
	assert_int_equal(twi_proc_counter("", "TcpExt:", "B"), -1);
}

static void tracked(void **state)
{
	(void)state;
	assert_int_equal(twi_proc_tracked("entries  found new\n"
					  "0000001f  00000002 00000000\n"
					  "0000001f  00000001 00000000\n"), 31);
	assert_int_equal(twi_proc_tracked("entries  found\nffffffff  0\n"),
			 4294967295);
	assert_int_equal(twi_proc_tracked("entries  found\n"), -1);
	assert_int_equal(twi_proc_tracked("entries  found\nx  0\n"), -1);
	assert_int_equal(twi_proc_tracked("entries  found\n1fx  0\n"), -1);
	assert_int_equal(twi_proc_tracked("0000001f  00000002\n"), -1);
	assert_int_equal(twi_proc_tracked(""), -1);
}

static void rates(void **state)
{
	(void)state;
	assert_int_equal(twi_rate_milli(100, 100, 1000), 0);
	assert_int_equal(twi_rate_milli(100, 150, 1000), 50000);
	assert_int_equal(twi_rate_milli(100, 101, 3000), 333);
	assert_int_equal(twi_rate_milli(0, 1, 10), 100000);
	/* it was reset, or it wrapped */
	assert_int_equal(twi_rate_milli(4294967290, 5, 1000), -1);
	assert_int_equal(twi_rate_milli(INT64_MAX, 0, 1000), -1);
	assert_int_equal(twi_rate_milli(-1, 5, 1000), -1);
	assert_int_equal(twi_rate_milli(5, -1, 1000), -1);
	assert_int_equal(twi_rate_milli(1, 5, 0), -1);
	assert_true(twi_rate_milli(0, INT64_MAX, 1) == INT64_MAX);
}

static void put(const char *root, const char *path, const char *text)
{
	char name[256];
	FILE *out;

	snprintf(name, sizeof(name), "%s/%s", root, path);
	out = fopen(name, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void put_task(const char *root, const char *pid, const char *netns)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/proc/%s", root, pid);
	assert_int_equal(mkdir(name, 0755), 0);
	strcat(name, "/ns");
	assert_int_equal(mkdir(name, 0755), 0);
	strcat(name, "/net");
	if (netns)
		assert_int_equal(symlink(netns, name), 0);
}

static void with_files(void **state)
{
	char root[] = "/tmp/test_proc.XXXXXX", path[64], command[64];
	struct twi_proc_tasks tasks;
	char *text;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc", root);
	assert_int_equal(mkdir(path, 0755), 0);
	put(root, "proc/sockstat", sockstat);
	put(root, "proc/limit", "4096\n");
	put(root, "proc/empty", "");
	put_task(root, "self", "net:[4026531840]");
	put_task(root, "901", "net:[4026532230]");
	put_task(root, "812", "net:[4026532230]");
	put_task(root, "1", "net:[4026531840]");
	put_task(root, "77", NULL);
	put_task(root, "78", "pid:[12]");

	text = twi_proc_read(root, "/proc/sockstat");
	assert_string_equal(text, sockstat);
	free(text);
	text = twi_proc_read(root, "/proc/empty");
	assert_string_equal(text, "");
	free(text);
	assert_null(twi_proc_read(root, "/proc/none"));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(twi_proc_number(root, "/proc/limit"), 4096);
	assert_int_equal(twi_proc_number(root, "/proc/empty"), -1);
	assert_int_equal(twi_proc_number(root, "/proc/none"), -1);

	assert_int_equal(twi_proc_netns(root, "self"), 4026531840);
	assert_int_equal(twi_proc_netns(root, "78"), -1);
	twi_proc_scan(&tasks, root);
	assert_int_equal(tasks.n, 2);
	assert_int_equal(tasks.denied, 0);
	assert_int_equal(twi_proc_find(&tasks, 4026531840), 1);
	assert_int_equal(twi_proc_find(&tasks, 4026532230), 812);
	assert_int_equal(twi_proc_find(&tasks, 4026532231), 0);
	twi_proc_free(&tasks);
	twi_proc_scan(&tasks, "/tmp/there/is/none");
	assert_int_equal(tasks.n, 0);
	assert_int_equal(twi_proc_find(&tasks, 4026531840), 0);
	twi_proc_free(&tasks);

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(counters),
		cmocka_unit_test(tracked),
		cmocka_unit_test(rates),
		cmocka_unit_test(with_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
