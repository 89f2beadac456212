// SPDX-License-Identifier: GPL-2.0
/*
 * sample PEERS RUNS CONTEXT [NAME...] - measures each peer of the file PEERS
 * once, or those named, then each of them again, so often, and prints a line of
 * JSON for each time, with the members of CONTEXT in it.  What peers are is in
 * bench/peers.
 *
 * Before each program, and after it, the first peer that is a key is read for
 * SETTLE_NS, and the time of that is not told: user-mode Linux starts a program in
 * 4 ms then, and in 4 to 25 where another one has just ended or where the CPU was
 * idle, and what comes after a program finds a CPU that slept, and other things in
 * its caches.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PEERS_MAX	32
#define WORDS_MAX	16
#define SETTLE_NS	30000000LL

struct peer {
	char *name;
	char *how;
	char *what;
	char *word[WORDS_MAX + 1];
};

extern char **environ;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "sample: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Time of a program, from its start to its end. */
static long long time_of(char *const argv[])
{
	posix_spawn_file_actions_t null;
	long long start;
	int status, err;
	pid_t pid;

	posix_spawn_file_actions_init(&null);
	posix_spawn_file_actions_addopen(&null, 1, "/dev/null", O_WRONLY, 0);
	start = now_ns();
	err = posix_spawnp(&pid, argv[0], &null, NULL, argv, environ);
	if (err)
		die("%s: %s", argv[0], strerror(err));
	if (waitpid(pid, &status, 0) != pid || status)
		die("%s: status %d", argv[0], status);
	start = now_ns() - start;
	posix_spawn_file_actions_destroy(&null);
	return start;
}

/* The value of a key of a file of "key value" lines, comments aside. */
static long long value_of(const char *key, const char *path)
{
	FILE *file = fopen(path, "re");
	long long value = -1;
	char line[4096];
	size_t len = strlen(key);

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (value < 0 && fgets(line, sizeof(line), file)) {
		const char *at = line + strspn(line, "# ");

		if (!strncmp(at, key, len) && at[len] == ' ')
			value = atoll(at + len + 1);
	}
	fclose(file);
	if (value < 0)
		die("%s: no %s", path, key);
	return value;
}

static bool is_key(const struct peer *peer)
{
	return !strcmp(peer->how, "key");
}

static long long measure(const struct peer *peer)
{
	char *shell[] = { "sh", "-c", peer->what, NULL };

	if (is_key(peer))
		return value_of(peer->word[0], peer->word[1]);
	if (!strcmp(peer->how, "run"))
		return time_of(peer->word);
	if (!strcmp(peer->how, "sh"))
		return time_of(shell);
	die("%s: no way to %s", peer->name, peer->how);
}

/* As all of them are to start alike: bench/README says what they take if not. */
static void settle(const struct peer *peers, int n, const struct peer *next)
{
	const struct peer *last = next == peers ? &peers[n - 1] : next - 1;
	const long long until = now_ns() + SETTLE_NS;
	int i = 0;

	if (is_key(next) && is_key(last))
		return;
	while (i < n && !is_key(&peers[i]))
		i++;
	if (i == n)
		return;
	do {
		measure(&peers[i]);
	} while (now_ns() < until);
}

static void split(struct peer *peer)
{
	char *words = strdup(peer->what), *word;
	int n = 0;

	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		if (n == WORDS_MAX)
			die("%s: too many words", peer->name);
		peer->word[n++] = word;
	}
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++) {
		if (!strcmp(name, *names))
			return true;
	}
	return false;
}

static int load(const char *path, char **names, struct peer *peers)
{
	FILE *file = fopen(path, "re");
	char line[4096];
	int n = 0;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		struct peer *peer = &peers[n];

		if (*line == '#' || *line == '\n')
			continue;
		if (n == PEERS_MAX)
			die("%s: too many peers", path);
		if (sscanf(line, "%ms %ms %m[^\n]", &peer->name, &peer->how,
			   &peer->what) != 3)
			die("%s: %s", path, line);
		if (!wanted(peer->name, names))
			continue;
		/* A pipe of the shell's is not to be taken apart. */
		if (strcmp(peer->how, "sh"))
			split(peer);
		n++;
	}
	fclose(file);
	return n;
}

int main(int argc, char **argv)
{
	static struct peer peers[PEERS_MAX];
	int n, runs, run, i;

	if (argc < 4)
		die("usage: sample PEERS RUNS CONTEXT [NAME...]");
	runs = atoi(argv[2]);
	n = load(argv[1], argv + 4, peers);
	if (!n)
		die("no peer");
	/* The first time of each warms up what it alone uses, and is not told. */
	for (run = 0; run <= runs; run++) {
		for (i = 0; i < n; i++) {
			long long ns;

			settle(peers, n, &peers[i]);
			ns = measure(&peers[i]);
			if (run)
				printf("{\"peer\":\"%s\",\"run\":%d,\"ns\":%lld,%s}\n",
				       peers[i].name, run, ns, argv[3]);
		}
		fflush(stdout);
	}
	return 0;
}
