// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * input.c - takes the text inputs of the targets apart, and puts into files
 * what the reader reads by its path.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define MARK	"\n==> "

void fuzz_unpack(struct twi_snapshot *snapshot, const uint8_t *data,
		 size_t size)
{
	/* so that the first mark is one, and names end as text does */
	char *text = twi_text_new("\n%*s", (int)size, ""), *part;
	char *end = text + size + 1, *body, *next;
	struct twi_error err;

	memset(snapshot, 0, sizeof(*snapshot));
	if (size)
		memcpy(text + 1, data, size);
	part = memmem(text, end - text, MARK, strlen(MARK));
	while (part) {
		part += strlen(MARK);
		body = memchr(part, '\n', end - part);
		if (!body)
			break;
		*body = '\0';
		next = memmem(body + 1, end - body - 1, MARK, strlen(MARK));
		size = (next ? next + 1 : end) - body - 1;
		if (twi_snapshot_add(snapshot, part,
				     memcpy(twi_alloc(NULL, size + 1, 1),
					    body + 1, size), size, &err))
			break;
		part = next;
	}
	free(text);
}

static char scratch[PATH_MAX];

static void remove_scratch(void)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -rf %s", scratch);
	if (system(command))
		fprintf(stderr, "%s is left behind\n", scratch);
}

const char *fuzz_scratch(void)
{
	if (*scratch)
		return scratch;
	snprintf(scratch, sizeof(scratch), "%s/twinspect-fuzz.XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(scratch))
		fuzz_fail("%s: %s", scratch, strerror(errno));
	atexit(remove_scratch);
	return scratch;
}

static void make_directories(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *c = copy + 1; (c = strchr(c, '/')); c++) {
		*c = '\0';
		mkdir(copy, 0700);
		*c = '/';
	}
}

void fuzz_write(const char *path, const void *data, size_t size)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC, fd = open(path, flags, 0600);

	if (fd < 0) {
		make_directories(path);
		fd = open(path, flags, 0600);
	}
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fuzz_fail("%s: %s", path, strerror(errno));
	close(fd);
}
