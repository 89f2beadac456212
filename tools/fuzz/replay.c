// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * replay.c - in place of libFuzzer: runs a target once with each file of the
 * directories that it is given, and prints TAP.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

/* gcc and clang have it in a header that not every compiler has beside it. */
void __sanitizer_set_death_callback(void (*callback)(void));

static char *current;

/* Beside what a sanitizer says of it. */
static void name_input(void)
{
	fprintf(stderr, "input: %s\n", current);
}

static void replay(const char *directory, const char *name)
{
	struct stat st;
	uint8_t *data;
	FILE *in;

	current = twi_text_new("%s/%s", directory, name);
	in = fopen(current, "re");
	if (!in || fstat(fileno(in), &st))
		fuzz_fail("%s: cannot open", current);
	/* exactly as long as it is, for what reads beyond */
	data = twi_alloc(NULL, st.st_size, 1);
	if (fread(data, 1, st.st_size, in) != (size_t)st.st_size)
		fuzz_fail("%s: cannot read", current);
	fclose(in);
	LLVMFuzzerTestOneInput(data, st.st_size);
	free(data);
	free(current);
	current = NULL;
}

static int replay_all(const char *directory)
{
	struct dirent *entry;
	DIR *dir = opendir(directory);
	int n = 0;

	if (!dir)
		fuzz_fail("%s: cannot open", directory);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		replay(directory, entry->d_name);
		n++;
	}
	closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	int n, empty = 0;

	__sanitizer_set_death_callback(name_input);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		n = replay_all(argv[i]);
		empty += !n;
		printf("%sok %d - %s: %d inputs\n", n ? "" : "not ", i,
		       argv[i], n);
	}
	return argc < 2 || empty;
}
