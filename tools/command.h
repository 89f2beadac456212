/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * command.h - the subcommands: what each shows, which options and which other
 * words it takes.
 */
#ifndef TWINSPECT_COMMAND_H
#define TWINSPECT_COMMAND_H

#include <stddef.h>

#include "view.h"

/* Sets of options that not every command has. */
enum {
	TWI_FOR_GROUPS		= 1 << 0,
	TWI_FOR_TUPLES		= 1 << 1,
	TWI_FOR_CAPACITY	= 1 << 2,
	TWI_FOR_DOCTOR		= 1 << 3,
	TWI_FOR_RECORD		= 1 << 4,
	TWI_FOR_REPLAY		= 1 << 5,
	TWI_FOR_DIFF		= 1 << 6,
	TWI_FOR_EXPORT		= 1 << 7,
	TWI_FOR_REPORT		= 1 << 8,
	TWI_FOR_WATCH		= 1 << 9,
	/* of all commands but those that open their operands themselves */
	TWI_FOR_ROOT		= 1 << 30,
	TWI_FOR_AT		= 1 << 29,
};

struct twi_command {
	const char	*name;
	const char	*file;		/* another name; NULL: its own JSON */
	int		(*view)(struct twi_view *view);
	const char	*help;
	unsigned int	takes;		/* TWI_FOR_... */
	/* the words after the name: what they are called, how many */
	const char	*operands;
	int		min;
	int		max;
	/* of these words, the one that names a view, whose options it takes */
	int		inner;		/* counted from 1; 0: none */
	bool		opens;		/* the operands are what is read */
};

extern const struct twi_command twi_commands[];
extern const size_t twi_ncommands;

/* The command of this name, NULL if there is none. */
const struct twi_command *twi_command_find(const char *name);

/* Print what it shows, as JSON if asked for; as the views return. */
int twi_command_run(struct twi_view *view, const struct twi_command *command);

#endif /* TWINSPECT_COMMAND_H */
