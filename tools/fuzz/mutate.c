// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * mutate.c - how libFuzzer changes a recording.  Most changes are made to the
 * tar in one of its frames, whose checksums are put right, as nothing that is
 * merely wrong gets past them; the others are made to frames and to bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "error.h"

#define TAR_MAX		65536
#define BLOCK		512
#define FRAMES_MAX	64

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed);

struct frames {
	size_t	start[FRAMES_MAX + 1];
	size_t	n;
};

static void find_frames(struct frames *frames, const uint8_t *data,
			size_t size)
{
	size_t at = 0, len;

	frames->start[0] = 0;
	for (frames->n = 0; at < size && frames->n < FRAMES_MAX; frames->n++) {
		len = ZSTD_findFrameCompressedSize(data + at, size - at);
		if (ZSTD_isError(len))
			break;
		at += len;
		frames->start[frames->n + 1] = at;
	}
}

/* Of each header up to the end; one that has no size ends them. */
static void mend_checksums(uint8_t *tar, size_t size)
{
	size_t at = 0;

	while (at + BLOCK <= size && tar[at]) {
		unsigned int sum = 0;
		char length[13];

		memset(tar + at + 148, ' ', 8);
		for (int i = 0; i < BLOCK; i++)
			sum += tar[at + i];
		snprintf((char *)tar + at + 148, 8, "%06o", sum);
		snprintf(length, sizeof(length), "%.12s",
			 (char *)tar + at + 124);
		at += BLOCK + (strtoul(length, NULL, 8) + BLOCK - 1) / BLOCK *
		      BLOCK;
	}
}

/* Puts len bytes in place of those from start to end; the new size. */
static size_t splice(uint8_t *data, size_t size, size_t max, size_t start,
		     size_t end, const void *with, size_t len)
{
	if (size - (end - start) + len > max)
		return size;
	memmove(data + start + len, data + end, size - end);
	memcpy(data + start, with, len);
	return size - (end - start) + len;
}

static size_t mutate_tar(uint8_t *data, size_t size, size_t max,
			 unsigned int seed, size_t start, size_t end)
{
	static uint8_t tar[TAR_MAX], frame[2 * TAR_MAX];
	size_t len;

	len = ZSTD_decompress(tar, sizeof(tar), data + start, end - start);
	if (ZSTD_isError(len))
		return LLVMFuzzerMutate(data, size, max);
	len = LLVMFuzzerMutate(tar, len, sizeof(tar));
	if (seed % 16)
		mend_checksums(tar, len);
	len = ZSTD_compress(frame, sizeof(frame), tar, len, 1);
	return splice(data, size, max, start, end, frame, len);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	struct frames frames;
	size_t start, end;
	uint8_t *copy;

	find_frames(&frames, data, size);
	if (!frames.n || seed % 8 == 0)
		return LLVMFuzzerMutate(data, size, max);
	start = frames.start[seed / 8 % frames.n];
	end = frames.start[seed / 8 % frames.n + 1];
	if (seed % 8 > 1)
		return mutate_tar(data, size, max, seed / 512, start, end);
	/* once more at the end, or not at all */
	if (seed / 512 % 4 == 0)
		return splice(data, size, max, start, end, "", 0);
	copy = twi_alloc(NULL, end - start, 1);
	memcpy(copy, data + start, end - start);
	size = splice(data, size, max, size, size, copy, end - start);
	free(copy);
	return size;
}
