// SPDX-License-Identifier: GPL-2.0
/*
 * twmake ADDRESS PORT NUMBER - so many outbound TIME-WAIT sockets to a server
 * there, made and kept by twgen in this network namespace until the end of
 * stdin.  A line there names the bucket whose sockets alone shall stay.  For
 * tests that are no C programs; says each time how many there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "twlib.h"

/* So few that the first of them live until they are held. */
#define STEP	5000

static int make(int gen, const struct tw_conn *conn, int n)
{
	int made = 0, step;

	while (made < n) {
		step = n - made < STEP ? n - made : STEP;
		if (tw_gen(gen, conn, step) != step ||
		    tw_gen_hold(gen, 0) < 0)
			return -1;
		made += step;
	}
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

	if (argc != 4 || gen < 0)
		return 1;
	conn.remote = argv[1];
	conn.port = atoi(argv[2]);
	say(make(gen, &conn, atoi(argv[3])));
	while (scanf("%u", &bucket) == 1)
		say(keep(gen, bucket));
	return 0;
}
