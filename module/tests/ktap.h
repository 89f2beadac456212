/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests share.  Included once by each program.
 */
#ifndef TWI_KTAP_H
#define TWI_KTAP_H

#include <stdio.h>

#include "linux/shim.h"

int shim_allocs = 1 << 30;
int shim_held;

static bool failed;

#define EXPECT(want, got)						\
	do {								\
		long long w_ = (want), g_ = (got);			\
									\
		if (w_ != g_) {						\
			printf("# %s:%d: %s is %lld, not %lld\n",	\
			       __func__, __LINE__, #got, g_, w_);	\
			failed = true;					\
		}							\
	} while (0)

struct test {
	const char *name;
	void (*run)(void);
};

/* The same in every run. */
static inline u32 shim_random(void)
{
	static u64 state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

/* Any other one would do: 64 bits at a time. */
static inline void shim_random_bytes(void *to, size_t size)
{
	u64 *word = to;

	for (; size >= sizeof(*word); size -= sizeof(*word))
		*word++ = (u64)shim_random() << 33 ^ (u64)shim_random() << 16 ^
			  shim_random();
}

static inline int run(const struct test *tests, u32 nr)
{
	bool any = false;
	u32 i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%u\n", nr);
	for (i = 0; i < nr; i++) {
		failed = false;
		shim_allocs = 1 << 30;
		shim_held = 0;
		tests[i].run();
		EXPECT(0, shim_held);
		printf("%sok %u %s\n", failed ? "not " : "", i + 1,
		       tests[i].name);
		any |= failed;
	}
	return any;
}

#endif /* TWI_KTAP_H */
