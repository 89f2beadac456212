// SPDX-License-Identifier: GPL-2.0
/*
 * twmake ADDRESS NUMBER - so many outbound TIME-WAIT sockets to servers there,
 * each on a port of its own, made and kept by twgen in this network namespace
 * until the end of stdin.  A line there names the bucket whose sockets alone
 * shall stay.  For tests that are no C programs; says each time how many there
 * are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "twlib.h"

#define LOW	1024	/* of the clients' ports */
#define HIGH	65535

/*
 * Sockets to one server, few of them: kernels that add the local port to a hash
 * of the rest (seen in 7.3, not in 6.12) spread them evenly over the buckets,
 * and it is chance alone how those of one server lie to those of another.
 */
#define GROUP	8
#define SERVERS	1000	/* their ports, from 1 on */

/* So few that the first of them live until they are held. */
#define STEP	5000	/* whole groups */

static int set_range(int low, int high)
{
	char text[32];

	snprintf(text, sizeof(text), "%d %d", low, high);
	return tw_sysctl_text("net/ipv4/ip_local_port_range", text);
}

static int make(int gen, struct tw_conn *conn, int n)
{
	long long reuse = tw_sysctl_read("net/ipv4/tcp_tw_reuse");
	int made, group;

	/* None is to take over one of its own group, a second later. */
	if (tw_sysctl("net/ipv4/tcp_tw_reuse", 0))
		return -1;
	for (made = 0; made < n; made += group) {
		group = n - made < GROUP ? n - made : GROUP;
		conn->port = 1 + made / GROUP % SERVERS;
		/* of which connect() would not use all, were they odd */
		if (set_range(LOW + made, LOW + made + GROUP - 1) ||
		    tw_gen(gen, conn, group) != group)
			return -1;
		if (made % STEP == 0 && tw_gen_hold(gen, 0) < 0)
			return -1;
	}
	if (set_range(LOW, HIGH) || tw_sysctl("net/ipv4/tcp_tw_reuse", reuse) ||
	    tw_gen_hold(gen, 0) < 0)
		return -1;
	return made;
}

/* Those of all other buckets go. */
static int keep(int gen, unsigned int bucket)
{
	struct twgen_select before = { .to = bucket };
	struct twgen_select after = { .from = bucket + 1 };
	struct twgen_select rest = { .from = bucket, .to = bucket + 1 };

	/* to 0 would stand for the end */
	if (bucket && ioctl(gen, TWGEN_DROP, &before))
		return -1;
	if (ioctl(gen, TWGEN_DROP, &after) || ioctl(gen, TWGEN_HOLD, &rest))
		return -1;
	return rest.found;
}

static void say(int number)
{
	printf("%d\n", number);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct tw_conn conn = { .family = TW_V4 };
	int gen = tw_gen_open();
	unsigned int bucket;

	if (argc != 3 || gen < 0)
		return 1;
	conn.remote = argv[1];
	say(make(gen, &conn, atoi(argv[2])));
	while (scanf("%u", &bucket) == 1)
		say(keep(gen, bucket));
	return 0;
}
