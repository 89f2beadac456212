// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * record.c - "twinspect record": reads the files at an interval and hands them
 * to the recorder as one snapshot.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "array.h"
#include "clock.h"
#include "proc.h"
#include "progress.h"
#include "recorder.h"
#include "schema.h"
#include "slab.h"
#include "snapshot.h"
#include "units.h"
#include "view.h"

#define STEP		65536

/* All that is left of a stream, as much as a snapshot may have. */
static char *read_all(FILE *in, size_t *len)
{
	size_t size = STEP, got;
	char *data = twi_alloc(NULL, size + 1, 1);

	*len = 0;
	while ((got = fread(data + *len, 1, size - *len, in))) {
		*len += got;
		if (*len == size && size <= TWI_SNAPSHOT_MAX) {
			size *= 2;
			data = twi_alloc(data, size + 1, 1);
		}
	}
	data[*len] = '\0';
	return data;
}

static int add_file(struct twi_view *view, struct twi_snapshot *snapshot,
		    const char *file)
{
	size_t len;
	char *path, *data;
	FILE *in;
	int ret;

	in = twi_source_open(&view->source, file, &path, &view->err);
	if (!in)
		return -1;
	data = read_all(in, &len);
	if (ferror(in)) {
		free(data);
		ret = twi_fail(&view->err, TWI_EXIT_IO, "%s: cannot read: %s",
			       path, strerror(errno));
	} else {
		ret = twi_snapshot_add(snapshot, file, data, len, &view->err);
	}
	fclose(in);
	free(path);
	return ret;
}

/* A file of the kernel's own, which may be absent. */
static int add_kernel_file(struct twi_view *view,
			   struct twi_snapshot *snapshot, const char *base,
			   const char *file, char *(*read)(FILE *in, size_t *len))
{
	FILE *in = twi_source_open_kernel(&view->source, base, file);
	size_t len;
	char *data;

	if (!in)
		return 0;
	data = read(in, &len);
	fclose(in);
	return twi_snapshot_add(snapshot, file, data, len, &view->err);
}

/* Its head and the lines of minisockets: there are hundreds of others. */
static char *read_slabinfo(FILE *in, size_t *len)
{
	char line[512], *data = twi_strdup("");
	size_t n;

	*len = 0;
	while (fgets(line, sizeof(line), in)) {
		if (*len && *line != '#' && strncmp(line, "tw_sock_", 8))
			continue;
		n = strlen(line);
		data = twi_alloc(data, *len + n + 1, 1);
		memcpy(data + *len, line, n + 1);
		*len += n;
	}
	return data;
}

static int add_slabs(struct twi_view *view, struct twi_snapshot *snapshot)
{
	const struct twi_source *source = &view->source;
	char file[64];

	for (int i = 0; i < TWI_NSLABS; i++) {
		for (int a = 0; a < TWI_NSLAB_ATTRIBUTES; a++) {
			snprintf(file, sizeof(file), "slab/%s/%s",
				 twi_slab_caches[i], twi_slab_attributes[a]);
			if (add_kernel_file(view, snapshot, source->sys, file,
					    read_all))
				return -1;
		}
	}
	return add_kernel_file(view, snapshot, source->proc, "slabinfo",
			       read_slabinfo);
}

/*
 * Older modules lack files, and copies may lack any.  A module that is loaded
 * has its first file and its last: if not, it went away.
 */
static bool may_lack(const struct twi_view *view, size_t file)
{
	if (view->err.status != TWI_EXIT_ABSENT || view->record.named)
		return false;
	return !view->source.mount || (file && file < twi_nschemas - 1);
}

static int add_files(struct twi_view *view, struct twi_snapshot *snapshot)
{
	for (size_t i = 0; i < twi_nschemas; i++) {
		if (!(view->record.files & 1 << i))
			continue;
		if (add_file(view, snapshot, twi_schemas[i].file) &&
		    !may_lack(view, i))
			return -1;
	}
	/* err has said of the last of them why */
	return snapshot->n > 1 ? add_slabs(view, snapshot) : -1;
}

/* When the first of the files was made, which are older than this moment. */
static int64_t time_of_copies(const struct twi_snapshot *snapshot)
{
	int64_t time_ns = twi_proc_field(snapshot->member[1].data, "time_ns",
					 "");

	return time_ns < 0 ? twi_clock_ns(CLOCK_REALTIME) : time_ns;
}

/* One word or "?", as the parser has it. */
static void make_word(char *word)
{
	word[strcspn(word, "\n")] = '\0';
	for (char *c = word; *c; c++) {
		if (*c <= ' ' || *c > '~')
			*c = '?';
	}
	if (!*word)
		strcpy(word, "?");
}

struct when {
	int64_t	number;
	int64_t	time_ns;
	int64_t	monotonic_ns;
	int64_t	missed;
};

/* Of copies it is not known where they were made. */
static void describe(const struct twi_view *view,
		     struct twi_snapshot *snapshot, const struct when *when)
{
	struct twi_member *member = &snapshot->member[0];
	char boot[64] = "?", *text = NULL;
	struct utsname uts = { .nodename = "?", .release = "?" };

	if (view->source.mount) {
		uname(&uts);
		text = twi_proc_read("", "/proc/sys/kernel/random/boot_id");
		snprintf(boot, sizeof(boot), "%s", text ? text : "?");
		free(text);
	}
	make_word(uts.nodename);
	make_word(uts.release);
	make_word(boot);
	free(member->data);
	member->data =
		twi_text_new("# " TWI_NAME " " TWI_RECORDING " %d\n"
			     "number %lld\ntime_ns %lld\nmonotonic_ns %lld\n"
			     "interval_ms %lld\nmissed %lld\n"
			     "host %s\nrelease %s\nboot_id %s\n# end 0\n",
			     TWI_RECORDING_FORMAT, (long long)when->number,
			     (long long)when->time_ns,
			     (long long)when->monotonic_ns,
			     1000LL * view->record.interval,
			     (long long)when->missed, uts.nodename,
			     uts.release, boot);
	member->len = strlen(member->data);
}

static int take(struct twi_view *view, struct twi_recorder *recorder,
		int64_t missed, int64_t *time_ns)
{
	struct when when = {
		.number = recorder->number,
		.time_ns = twi_clock_ns(CLOCK_REALTIME),
		.monotonic_ns = twi_clock_ns(CLOCK_MONOTONIC), .missed = missed,
	};
	struct twi_snapshot snapshot = { 0 };
	void *frame = NULL;
	size_t len;
	int ret;

	ret = twi_snapshot_add(&snapshot, TWI_RECORDING, twi_strdup(""), 0,
			       &view->err);
	if (!ret)
		ret = add_files(view, &snapshot);
	if (!ret && !view->source.mount) {
		when.time_ns = time_of_copies(&snapshot);
		when.monotonic_ns = TWI_UNKNOWN;
	}
	if (!ret) {
		describe(view, &snapshot, &when);
		ret = twi_snapshot_pack(&snapshot, when.number, when.time_ns,
					&frame, &len, &view->err);
	}
	if (!ret) {
		ret = twi_recorder_append(recorder, frame, len, &view->err);
		free(frame);
	}
	twi_snapshot_free(&snapshot);
	*time_ns = when.time_ns;
	return ret;
}

static void show_progress(const struct twi_recorder *recorder,
			  int64_t time_ns)
{
	twi_progress("%zu snapshots, %s, the last of %s", recorder->n,
		     twi_bytes(recorder->size, false).s,
		     twi_date(time_ns, false).s);
}

/*
 * Ticks are multiples of the interval after the first one.  One that has
 * passed when the snapshot before it is done is missed.
 */
struct ticks {
	sigset_t	stop;
	int64_t		start;
	int64_t		interval;	/* ns */
	int64_t		next;		/* tick, by number */
};

/* Signals that end it wait for the snapshot; they are looked for here. */
static void start_ticks(struct ticks *ticks, int64_t seconds)
{
	sigemptyset(&ticks->stop);
	sigaddset(&ticks->stop, SIGINT);
	sigaddset(&ticks->stop, SIGTERM);
	sigaddset(&ticks->stop, SIGHUP);
	sigprocmask(SIG_BLOCK, &ticks->stop, NULL);
	ticks->start = twi_clock_ns(CLOCK_MONOTONIC);
	ticks->interval = seconds * TWI_NSEC_PER_SEC;
	ticks->next = 0;
}

/* How many ticks were missed; -1 if it was told to stop. */
static int64_t wait_for_tick(struct ticks *ticks)
{
	int64_t passed = twi_clock_ns(CLOCK_MONOTONIC) - ticks->start;
	int64_t missed = 0;
	struct timespec ts = { 0 };
	int64_t left = 0;

	if (ticks->interval) {
		missed = passed / ticks->interval - ticks->next;
		ticks->next += 1 + missed;
		left = ticks->next * ticks->interval - passed;
	}
	ts.tv_sec = left / TWI_NSEC_PER_SEC;
	ts.tv_nsec = left % TWI_NSEC_PER_SEC;
	if (sigtimedwait(&ticks->stop, NULL, &ts) > 0)
		return -1;
	return missed;
}

static int run(struct twi_view *view, struct twi_recorder *recorder)
{
	int64_t count = view->record.count, missed = 0, time_ns;
	struct ticks ticks;
	int ret;

	start_ticks(&ticks, view->record.interval);
	do {
		ret = take(view, recorder, missed, &time_ns);
		if (ret)
			break;
		show_progress(recorder, time_ns);
		if (count && !--count)
			break;
		missed = wait_for_tick(&ticks);
	} while (missed >= 0);
	twi_progress_keep();
	return ret;
}

int twi_view_record(struct twi_view *view)
{
	struct twi_recorder recorder;
	int ret;

	if (twi_recorder_open(&recorder, view->operand[0],
			      view->record.max_size, &view->err))
		return -1;
	ret = run(view, &recorder);
	twi_recorder_close(&recorder);
	return ret;
}
