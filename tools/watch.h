/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * watch.h - what the parts of "twinspect watch" share: what is shown, and how
 * the user wants to see it.
 */
#ifndef TWINSPECT_WATCH_H
#define TWINSPECT_WATCH_H

#include "block.h"
#include "groups.h"
#include "screen.h"
#include "view.h"
#include "watch_history.h"
#include "watch_keys.h"
#include "watch_layout.h"

/* What covers the panels. */
enum twi_cover {
	TWI_COVER_none,
	TWI_COVER_help,
	TWI_COVER_detail
};

/* A group by what does not change; empty for none. */
struct twi_mark {
	char	s[256];
};

/* A number being typed in the last line. */
struct twi_prompt {
	const char	*text;		/* NULL: nothing is */
	int64_t		*value;		/* -1 if nothing is typed */
	int64_t		max;
	char		typed[16];
};

struct twi_player;

struct twi_watch {
	/* a copy, whose filter and width the keys change */
	struct twi_view		view;
	struct twi_history	history;
	struct twi_player	*player;	/* NULL: nothing is played */
	/* rows of the history, picked and sorted */
	struct twi_groups	groups;
	struct twi_layout	layout;
	enum twi_panel		zoom;
	enum twi_cover		cover;
	struct twi_prompt	prompt;
	char			message[128];	/* until the next key */
	/* the tuple at the cursor, and the first line shown */
	struct twi_mark		mark;
	size_t			cursor;
	size_t			top;
	/* the same of what covers the panels */
	size_t			cover_top;
	bool			paused;
	bool			slow;		/* a slow line */
	/* what the loop is to do */
	int64_t			wait_ns;	/* until it is due; 0: for ever */
	bool			rearm;		/* wait_ns is new */
	bool			changed;	/* draw it */
	bool			done;
};

/* watch_act.c: draws nothing */
void twi_watch_begin(struct twi_watch *watch);
void twi_watch_key(struct twi_watch *watch, int key);
/* Ask the terminal how large it is now. */
void twi_watch_resize(struct twi_watch *watch);
/* Read again; of a recording, the next snapshot. */
void twi_watch_due(struct twi_watch *watch);

/* watch_panels.c: the files that are needed for what is shown, as bits. */
unsigned int twi_watch_files(const struct twi_watch *watch);
void twi_watch_draw(struct twi_watch *watch);

/* watch_tuples.c */
void twi_tuples_pick(struct twi_watch *watch);
void twi_tuples_move(struct twi_watch *watch, enum twi_action action);
void twi_tuples_draw(struct twi_watch *watch, const struct twi_rect *rect);
/* The marked row, of all that were read; NULL if it is gone. */
const int64_t *twi_tuples_marked(const struct twi_watch *watch);

/* watch_text.c: lines to read, which cover the panels. */
void twi_help_text(struct twi_block *block);
void twi_detail_text(const struct twi_watch *watch, struct twi_block *block);

/* watch_prompt.c */
void twi_prompt_open(struct twi_prompt *prompt, const char *text,
		     int64_t *value, int64_t max);
/* False if the key ended it; *changed if it has set the value. */
bool twi_prompt_key(struct twi_prompt *prompt, int key, bool *changed);

#endif /* TWINSPECT_WATCH_H */
