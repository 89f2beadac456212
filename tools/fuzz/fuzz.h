/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * fuzz.h - what the fuzz targets share.  Each of them is a file that defines
 * LLVMFuzzerTestOneInput(), by which libFuzzer and replay.c know it.
 */
#ifndef TWINSPECT_FUZZ_H
#define TWINSPECT_FUZZ_H

#include "snapshot.h"
#include "view.h"
#include "watch_player.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The files of an input that is text: each comes after a line "==> NAME", as
 * head(1) prints several files.
 */
void fuzz_unpack(struct twi_snapshot *snapshot, const uint8_t *data,
		 size_t size);

/* A directory of this process's own, in memory where there is /dev/shm. */
const char *fuzz_scratch(void);

/* Replace a file; missing directories are made. */
void fuzz_write(const char *path, const void *data, size_t size);

/* Ends the program as a crash does. */
void fuzz_fail(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Whether a terminal would act upon nothing of it. */
bool fuzz_is_plain(const char *text, size_t len);

/*
 * What the user asks for: text, JSON, or text with all that changes it.  A
 * digit that the input begins with says which, or its length.
 */
const struct twi_view *fuzz_way(const uint8_t *data, size_t size);

/*
 * Run a view and look at what it prints: nothing but a line for the error if
 * it fails, JSON if that was asked for, and never what a terminal would act
 * upon.  Returns what the view does.
 */
int fuzz_run(struct twi_view *view, int (*run)(struct twi_view *view));

/* Every key of "watch", on files or on a recording. */
void fuzz_watch(const struct twi_view *view, struct twi_player *player);

#endif /* TWINSPECT_FUZZ_H */
