// SPDX-License-Identifier: GPL-2.0
/*
 * populate - TIME-WAIT sockets of this network namespace, made and kept by
 * twgen.  Reads numbers, makes them as many, and says how many there are then;
 * until the end of its input, when they are left to die.
 *
 * Half of them are a server's, to clients of 64 addresses; half are a client's,
 * of 2 addresses.  There are 16 servers to each: at a million, a quarter of the
 * ports to each is taken.  Once it were half, connect() would look at all ports
 * of one parity in vain before it takes one of the other.  Both halves are made
 * at once, as one CPU is busy for two minutes with that many.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../selftests/twgen/twgen.h"

#define PORTS		16	/* of each half */
/* Made in a few seconds: the first of them are alive at the end. */
#define STEP		20000

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "populate: %s: %s\n", what, strerror(errno));
	exit(1);
}

static union twgen_addr addr(const char *text, unsigned int port)
{
	union twgen_addr addr = { .v4 = {
		.sin_family = AF_INET, .sin_port = htons(port),
	} };

	inet_pton(AF_INET, text, &addr.v4.sin_addr);
	return addr;
}

static int open_gen(void)
{
	int gen = open(TWGEN_DEV, O_RDWR | O_CLOEXEC);

	if (gen < 0)
		die(TWGEN_DEV);
	return gen;
}

/* In a child: @count sockets of one half, on the port that has its turn. */
static void make(unsigned int closer, unsigned int turn, unsigned int count)
{
	struct twgen_make arg = {
		.local = addr("127.1.0.0", 0),
		.remote = addr("127.0.0.1",
			       8000 + closer * PORTS + turn % PORTS),
		.listener = -1, .closer = closer, .count = count,
		.addresses = closer == TWGEN_SERVER ? 64 : 2,
	};

	if (ioctl(open_gen(), TWGEN_MAKE, &arg))
		die("make");
	_exit(0);
}

static void step(unsigned int turn, unsigned int count)
{
	const unsigned int half = count / 2;
	int status, i;

	for (i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			make(i ? TWGEN_SERVER : TWGEN_CLIENT, turn,
			     i ? count - half : half);
	}
	for (i = 0; i < 2; i++) {
		if (wait(&status) < 0 || status)
			die("a step");
	}
}

static unsigned int hold(int gen)
{
	struct twgen_select all = {};

	if (ioctl(gen, TWGEN_HOLD, &all))
		die("hold");
	return all.found;
}

int main(void)
{
	unsigned int want, have, left, turn = 0;
	int gen = open_gen();

	while (scanf("%u", &want) == 1) {
		for (have = hold(gen); have < want; have = hold(gen)) {
			left = want - have;
			step(turn++, left < STEP ? left : STEP);
		}
		printf("%u\n", have);
		fflush(stdout);
	}
	return 0;
}
