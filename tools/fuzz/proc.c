// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * proc.c - fuzz target: what the reader reads of /proc and /etc, in the views
 * that do, with the module's files as they are in tests/data/doctor.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "fuzz.h"
#include "proc.h"

static const char *const paths[] = {
	"proc/meminfo", "proc/net/sockstat", "proc/net/netstat",
	"proc/812/net/netstat", "proc/812/net/stat/nf_conntrack",
	"proc/sys/kernel/hostname", "proc/sys/net/ipv4/ip_local_reserved_ports",
	"proc/sys/net/ipv4/ip_unprivileged_port_start",
	"proc/sys/net/ipv4/tcp_max_orphans",
	"proc/sys/net/netfilter/nf_conntrack_count",
	"proc/sys/net/netfilter/nf_conntrack_max",
	"later/proc/net/netstat", "later/proc/812/net/netstat",
	"etc/sysctl.conf", "etc/sysctl.d/a.conf", "usr/lib/sysctl.d/b.conf",
};

/* The files that are there, from the last input. */
static bool written[ARRAY_SIZE(paths)];

static struct twi_snapshot module;

static void set_up(void)
{
	static const char *const files[] = {
		"summary", "netns", "tuples.own", "bind_buckets.services",
		"caps"
	};
	char path[256], name[64], *text;
	struct twi_error err;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/%s", files[i]);
		text = twi_proc_read(FUZZ_DATA "/doctor", path);
		if (!text)
			fuzz_fail("%s: %s", path, strerror(errno));
		snprintf(name, sizeof(name), "%.*s",
			 (int)strcspn(files[i], "."), files[i]);
		twi_snapshot_add(&module, name, text, strlen(text), &err);
	}
	snprintf(path, sizeof(path), "%s/proc/self/ns/x", fuzz_scratch());
	fuzz_write(path, "", 0);
	snprintf(path, sizeof(path), "%s/proc/812/ns/x", fuzz_scratch());
	fuzz_write(path, "", 0);
	snprintf(path, sizeof(path), "%s/proc/self/ns/net", fuzz_scratch());
	if (symlink("net:[4026531840]", path))
		fuzz_fail("%s: %s", path, strerror(errno));
	snprintf(path, sizeof(path), "%s/proc/812/ns/net", fuzz_scratch());
	if (symlink("net:[4026532230]", path))
		fuzz_fail("%s: %s", path, strerror(errno));
}

static void put_files(const struct twi_snapshot *input)
{
	const struct twi_member *member;
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		member = twi_snapshot_find(input, paths[i]);
		snprintf(path, sizeof(path), "%s/%s", fuzz_scratch(),
			 paths[i]);
		if (member)
			fuzz_write(path, member->data, member->len);
		else if (written[i])
			unlink(path);
		written[i] = member;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const views[])(struct twi_view *view) = {
		twi_view_doctor, twi_view_export, twi_view_report
	};
	const struct twi_view *way = fuzz_way(data, size);
	struct twi_snapshot input;

	if (!module.n)
		set_up();
	fuzz_unpack(&input, data, size);
	put_files(&input);
	twi_snapshot_free(&input);
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		struct twi_view view = *way;

		if (view.json && views[i] != twi_view_doctor)
			continue;
		twi_source_init_snapshot(&view.source, &module, "input");
		view.sysroot = fuzz_scratch();
		fuzz_run(&view, views[i]);
	}
	return 0;
}
