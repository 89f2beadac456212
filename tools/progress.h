/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * progress.h - the line that tells how far long work is.
 */
#ifndef TWINSPECT_PROGRESS_H
#define TWINSPECT_PROGRESS_H

/* In place of the one before, on stderr; nothing if that is no terminal. */
void twi_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The last one stays, or goes. */
void twi_progress_keep(void);
void twi_progress_clear(void);

#endif /* TWINSPECT_PROGRESS_H */
