/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * replay.h - a recording as a list of its snapshots.
 */
#ifndef TWINSPECT_REPLAY_H
#define TWINSPECT_REPLAY_H

#include "recording.h"
#include "view.h"

/* A snapshot in few words; TWI_UNKNOWN for what was not recorded. */
struct twi_moment {
	struct twi_model	head;
	int64_t			tw;
	int64_t			live;
	int64_t			exhausted;	/* groups without a port left */
	int64_t			bytes;		/* in the file */
};

struct twi_moments {
	const struct twi_recording	*recording;
	struct twi_moment		*moment;
	size_t				n;
};

#endif /* TWINSPECT_REPLAY_H */
