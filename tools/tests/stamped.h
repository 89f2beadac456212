/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * stamped.h - recorded files as they would have been at another time.
 */
#ifndef TWINSPECT_STAMPED_H
#define TWINSPECT_STAMPED_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The file with another time and another number; ends both streams. */
static inline void stamped_copy(const char *from, FILE *out, int64_t time_ns,
				int64_t tw)
{
	FILE *in = fopen(from, "r");
	char line[256];

	assert_non_null(in);
	assert_non_null(out);
	while (fgets(line, sizeof(line), in)) {
		if (!strncmp(line, "time_ns ", 8))
			fprintf(out, "time_ns %lld\n", (long long)time_ns);
		else if (!strncmp(line, "tw ", 3))
			fprintf(out, "tw %lld\n", (long long)tw);
		else
			fputs(line, out);
	}
	fclose(in);
	fclose(out);
}

#endif /* TWINSPECT_STAMPED_H */
