/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * options.h - what the user typed: a command, its options and its operands.
 */
#ifndef TWINSPECT_OPTIONS_H
#define TWINSPECT_OPTIONS_H

#include "command.h"
#include "view.h"

/*
 * The command of the arguments, which is the overview if there is none, with
 * its options in view; NULL with *status set, and the reason on stderr, if
 * there is nothing to run.
 */
const struct twi_command *twi_options_parse(int argc, char **argv,
					    struct twi_view *view,
					    int *status);

#endif /* TWINSPECT_OPTIONS_H */
