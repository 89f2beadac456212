// SPDX-License-Identifier: GPL-2.0
/*
 * disturb FILE MODULE ROUNDS MS CONTEXT - what readers of FILE cost those who
 * open connections: in each round, for MS each, connections are opened on one
 * CPU with nobody reading on the other, with one reader a second, with one who
 * reads on and on, and with nothing to be read, as twinspect is not loaded, of
 * which MODULE is the file; that CPU is never idle.  Prints a line of JSON a
 * time, with the members of CONTEXT in it: connections a second, and how long
 * connect() took at most but for one in a hundred.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT		7000
#define CONNECTS_MAX	1000000

static const struct reader {
	const char *name;
	long long period_ns;	/* -1 for no reader */
	int unloaded;		/* and no module */
} readers[] = {
	{ "none", -1, 0 },
	{ "second", 1000000000, 0 },
	{ "always", 0, 0 },
	{ "unloaded", -1, 1 },
};

#define READERS		(sizeof(readers) / sizeof(readers[0]))

static long long connects[CONNECTS_MAX];
static pid_t spinner;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "disturb: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("two CPUs");
}

static void read_all(const char *path)
{
	static char data[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, data, sizeof(data))) > 0)
		;
	if (n < 0)
		die(path);
	close(fd);
}

static void __attribute__((noreturn)) read_on(const char *path,
					      long long period_ns)
{
	long long next = now_ns(), left;
	struct timespec wait = {};

	stay_on(1);
	for (;;) {
		read_all(path);
		next += period_ns;
		left = next - now_ns();
		if (!period_ns || left <= 0)
			continue;
		wait.tv_sec = left / 1000000000;
		wait.tv_nsec = left % 1000000000;
		nanosleep(&wait, NULL);
	}
}

static pid_t reader_start(const struct reader *reader, const char *path)
{
	pid_t pid;

	if (reader->period_ns < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		read_on(path, reader->period_ns);
	return pid;
}

/* A reader that has ended by itself did not read. */
static void reader_stop(pid_t pid)
{
	int status;

	if (pid < 0)
		return;
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		die("the reader");
}

static const struct sockaddr_in server = {
	.sin_family = AF_INET, .sin_port = __builtin_bswap16(PORT),
	.sin_addr = { __builtin_bswap32(0x7f000002) },
};

static int listener_open(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&server, sizeof(server)) ||
	    listen(fd, 16))
		die("listen");
	return fd;
}

/* Leaves no TIME-WAIT behind: the population is to stay as it is. */
static void reset(int fd)
{
	const struct linger now = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)))
		die("linger");
	close(fd);
}

/* Time that connect() took. */
static long long connection(int listener)
{
	int client = socket(AF_INET, SOCK_STREAM, 0), other;
	long long ns = now_ns();

	if (client < 0 || connect(client, (void *)&server, sizeof(server)))
		die("connect");
	ns = now_ns() - ns;
	other = accept(listener, NULL, NULL);
	if (other < 0)
		die("accept");
	reset(client);
	close(other);
	return ns;
}

static int compare(const void *a, const void *b)
{
	const long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

static void module_unload(void)
{
	if (syscall(SYS_delete_module, "twinspect", O_NONBLOCK))
		die("rmmod twinspect");
}

static void module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die(path);
	close(fd);
}

static void one(int listener, const struct reader *reader, const char *path,
		int ms, int run, const char *context)
{
	pid_t pid = reader_start(reader, path);
	long long since = now_ns(), ns = 0;
	int n = 0;

	while (n < CONNECTS_MAX && (ns = now_ns() - since) < ms * 1000000LL)
		connects[n++] = connection(listener);
	reader_stop(pid);
	if (waitpid(spinner, NULL, WNOHANG))
		die("the process for idle time");
	qsort(connects, n, sizeof(*connects), compare);
	printf("{\"case\":\"disturb\",\"reader\":\"%s\",\"run\":%d,",
	       reader->name, run);
	printf("\"per_second\":%.1f,\"p99_ns\":%lld,%s}\n", n * 1e9 / ns,
	       connects[n - 1 - n / 100], context);
	fflush(stdout);
}

/*
 * Keeps the readers' CPU from going idle, with what no other process has use for.
 * Each system call of user-mode Linux hands over to another process of the host:
 * beside a CPU that sleeps the host wakes it there, which takes several times as
 * long as a connection, and a reader would seem to make connections faster.
 */
static void spin(void)
{
	const struct sched_param least = {};
	pid_t parent = getpid(), pid = fork();
	int i;

	if (pid < 0)
		die("fork");
	spinner = pid;
	if (pid)
		return;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    sched_setscheduler(0, SCHED_IDLE, &least))
		die("a process for idle time");
	stay_on(1);
	while (getppid() == parent)
		for (i = 0; i < 1000000; i++)
			__asm__ __volatile__("");
	exit(0);
}

int main(int argc, char **argv)
{
	int listener, rounds, run;
	size_t i;

	if (argc != 6) {
		fprintf(stderr,
			"usage: disturb FILE MODULE ROUNDS MS CONTEXT\n");
		return 1;
	}
	spin();
	stay_on(0);
	listener = listener_open();
	rounds = atoi(argv[3]);
	for (run = 0; run <= rounds; run++) {
		/* Each of them has each place in turn. */
		for (i = 0; i < READERS; i++) {
			const struct reader *reader =
				&readers[(run + i) % READERS];

			if (reader->unloaded)
				module_unload();
			one(listener, reader, argv[1], atoi(argv[4]), run,
			    argv[5]);
			if (reader->unloaded)
				module_load(argv[2]);
		}
	}
	return 0;
}
