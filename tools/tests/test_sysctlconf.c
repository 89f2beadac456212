// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_sysctlconf.c - lines of sysctl.conf in all the forms that are taken,
 * and which files count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sysctlconf.h"

#define NAME	"net/ipv4/tcp_tw_recycle"

static void expect(const char *line, const char *name, const char *value)
{
	char *got_name, *got_value, *text = strdup(line);

	if (!twi_sysctlconf_parse(text, &got_name, &got_value)) {
		assert_null(name);
	} else {
		assert_non_null(name);
		assert_string_equal(got_name, name);
		assert_string_equal(got_value, value);
	}
	free(text);
}

static void lines(void **state)
{
	(void)state;
	expect("net.ipv4.tcp_tw_recycle=1", NAME, "1");
	expect("net.ipv4.tcp_tw_recycle = 1\n", NAME, "1");
	expect("\t net.ipv4.tcp_tw_recycle\t=\t1 \r\n", NAME, "1");
	expect("-net.ipv4.tcp_tw_recycle = 1\n", NAME, "1");
	expect("net/ipv4/tcp_tw_recycle = 1", NAME, "1");
	expect("-net/ipv4/tcp_tw_recycle=1", NAME, "1");
	expect("net.ipv4.ip_local_port_range = 1024 65535",
	       "net/ipv4/ip_local_port_range", "1024 65535");
	/* an interface with a dot in its name, in either notation */
	expect("net.ipv4.conf.eth0/1.forwarding=1",
	       "net/ipv4/conf/eth0.1/forwarding", "1");
	expect("net/ipv4/conf/eth0.1/forwarding=1",
	       "net/ipv4/conf/eth0.1/forwarding", "1");
	expect("kernel.core_pattern=|/bin/x a=b", "kernel/core_pattern",
	       "|/bin/x a=b");
	expect("a.b=", "a/b", "");
}

static void no_lines(void **state)
{
	(void)state;
	expect("", NULL, NULL);
	expect(" \t\n", NULL, NULL);
	expect("# net.ipv4.tcp_tw_recycle=1", NULL, NULL);
	expect("  # net.ipv4.tcp_tw_recycle=1", NULL, NULL);
	expect(";net.ipv4.tcp_tw_recycle=1", NULL, NULL);
	expect("-net.ipv4.conf.*.rp_filter", NULL, NULL);
	expect("= 1", NULL, NULL);
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

static void files(void **state)
{
	static const char *const expected[] = {
		"/etc/sysctl.conf", "/etc/sysctl.d/sysctl.conf",
		"/run/sysctl.d/20-c.conf", "/usr/lib/sysctl.d/30-d.conf"
	};
	char root[] = "/tmp/test_sysctlconf.XXXXXX", command[256];
	char link[64];
	struct twi_sysctlconf conf;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "cd %s && mkdir -p etc/sysctl.d run/sysctl.d usr/lib/sysctl.d usr/local/lib/sysctl.d",
		 root);
	assert_int_equal(system(command), 0);
	put(root, "etc/sysctl.conf", "# none\n\nnet.ipv4.tcp_tw_recycle=1\n");
	snprintf(link, sizeof(link), "%s/etc/sysctl.d/99-sysctl.conf", root);
	assert_int_equal(symlink("../sysctl.conf", link), 0);
	put(root, "etc/sysctl.d/sysctl.conf", NAME "=1");
	put(root, "etc/sysctl.d/README.sysctl", NAME "=1\n");
	put(root, "etc/sysctl.d/10-a.conf", "net.ipv4.tcp_tw_reuse=1\n");
	put(root, "run/sysctl.d/10-a.conf", NAME "=1\n");
	put(root, "run/sysctl.d/20-c.conf", NAME "=0\n");
	snprintf(link, sizeof(link), "%s/etc/sysctl.d/40-e.conf", root);
	assert_int_equal(symlink("/dev/null", link), 0);
	put(root, "usr/local/lib/sysctl.d/40-e.conf", NAME "=1\n");
	put(root, "usr/lib/sysctl.d/30-d.conf", "-" NAME "=1\n");

	twi_sysctlconf_find(&conf, root, NAME);
	assert_int_equal(conf.n, 4);
	for (size_t i = 0; i < conf.n; i++)
		assert_string_equal(conf.line[i].file, expected[i]);
	assert_int_equal(conf.line[0].line, 3);
	assert_string_equal(conf.line[2].value, "0");
	assert_int_equal(conf.files, 5);
	assert_int_equal(conf.unreadable, 0);
	twi_sysctlconf_free(&conf);
	twi_sysctlconf_find(&conf, "/tmp/there/is/none", NAME);
	assert_int_equal(conf.n, 0);
	assert_int_equal(conf.files, 0);
	twi_sysctlconf_free(&conf);

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(no_lines),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
