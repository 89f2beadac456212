// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch.c - "twinspect watch": waits for a key, for the time to read again,
 * for a signal or for a terminal that is ready for more, and for nothing else.
 *
 * A signal that would end the program is noted, and ends it when what is being
 * done is done, so that the terminal is left as it was found.  But a terminal
 * may be held and take nothing, and a file may keep whoever reads it: a moment
 * later, or with a second signal, it ends wherever it is.
 *
 * Signals that would stop it are blocked and read from a descriptor.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "array.h"
#include "clock.h"
#include "watch.h"
#include "watch_player.h"

static const int deadly[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
static const int stopping[] = { SIGWINCH, SIGTSTP, SIGCONT };

/* s to leave the terminal in. */
#define GRACE	1

/* The first of the deadly ones that came. */
static _Atomic int caught;

struct loop {
	struct twi_watch	watch;
	struct twi_player	player;
	struct twi_view		*view;
	sigset_t		mask_before;
	int			timer;
	int			signals;
};

static void set_timer(struct loop *loop)
{
	int64_t ns = loop->watch.wait_ns;
	struct itimerspec when = {
		.it_value = { ns / TWI_NSEC_PER_SEC, ns % TWI_NSEC_PER_SEC }
	};

	timerfd_settime(loop->timer, 0, &when, NULL);
	loop->watch.rearm = false;
}

/* Until a SIGCONT, which is read like any other signal. */
static void stop(struct loop *loop)
{
	struct sigaction action = { .sa_handler = SIG_DFL }, before;
	sigset_t set;

	twi_screen_suspend();
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaction(SIGTSTP, &action, &before);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigaction(SIGTSTP, &before, NULL);
	twi_screen_resume();
	twi_watch_resize(&loop->watch);
}

static void handle_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGWINCH:
		twi_watch_resize(&loop->watch);
		break;
	case SIGCONT:
		twi_screen_resume();
		twi_watch_resize(&loop->watch);
		break;
	case SIGTSTP:
		stop(loop);
		break;
	}
}

static void handle_timer(struct loop *loop)
{
	uint64_t times;

	if (read(loop->timer, &times, sizeof(times)) == sizeof(times))
		twi_watch_due(&loop->watch);
}

/* A signal that is raised here comes when this returns. */
static void end_now(int number)
{
	(void)number;
	twi_screen_abandon();
	signal(caught, SIG_DFL);
	raise(caught);
}

static void catch(int number)
{
	if (caught) {
		end_now(number);
		return;
	}
	caught = number;
	alarm(GRACE);
}

static void draw(struct loop *loop)
{
	loop->watch.changed = false;
	twi_watch_draw(&loop->watch);
}

static sigset_t deadly_set(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		sigaddset(&set, deadly[i]);
	return set;
}

/* None of the deadly signals comes between the look and the wait. */
static int wait_for(struct pollfd *fds, size_t n)
{
	sigset_t set = deadly_set(), before;
	int ret = -1;

	sigprocmask(SIG_BLOCK, &set, &before);
	if (!caught)
		ret = ppoll(fds, n, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static void handle_keys(struct loop *loop)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int key = twi_screen_key();

	/* what is ready and yet gives nothing is at its end, or another's */
	if (key == TWI_KEY_NONE && poll(&input, 1, 0) > 0)
		loop->watch.done = true;
	while (key != TWI_KEY_NONE && !loop->watch.done) {
		twi_watch_key(&loop->watch, key);
		key = twi_screen_key();
	}
}

/* A terminal that has not taken what it was sent last is sent nothing new. */
static void wait_and_handle(struct loop *loop)
{
	struct pollfd fds[] = {
		{ .fd = loop->signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = loop->timer, .events = POLLIN },
		{ .fd = STDOUT_FILENO,
		  .events = loop->watch.changed ? POLLOUT : 0 },
	};
	const short gone = POLLHUP | POLLERR | POLLNVAL;

	if (loop->watch.rearm)
		set_timer(loop);
	if (wait_for(fds, ARRAY_SIZE(fds)) < 0)
		return;
	if ((fds[1].revents | fds[3].revents) & gone) {
		loop->watch.done = true;
		return;
	}
	if (fds[0].revents)
		handle_signal(loop);
	if (fds[1].revents)
		handle_keys(loop);
	if (!loop->watch.done && fds[2].revents)
		handle_timer(loop);
	if (!loop->watch.done && fds[3].revents)
		draw(loop);
}

/* Curses leaves a signal alone that has a handler. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = catch,
				    .sa_flags = SA_RESTART };
	sigset_t set = deadly_set();

	/* nor does the terminal stop a handler that gives it back */
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		sigaction(deadly[i], &action, NULL);
	action.sa_handler = end_now;
	sigaction(SIGALRM, &action, NULL);
	/* whoever started this may have blocked them */
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int open_loop(struct loop *loop)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(stopping); i++)
		sigaddset(&mask, stopping[i]);
	sigprocmask(SIG_BLOCK, &mask, &loop->mask_before);
	catch_signals();
	loop->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->timer = timerfd_create(CLOCK_MONOTONIC,
				     TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->signals < 0 || loop->timer < 0)
		return twi_fail(&loop->view->err, TWI_EXIT_IO,
				"cannot wait for signals and time: %s",
				strerror(errno));
	return 0;
}

static void close_loop(struct loop *loop)
{
	if (loop->signals >= 0)
		close(loop->signals);
	if (loop->timer >= 0)
		close(loop->timer);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		signal(deadly[i], SIG_DFL);
	alarm(0);
	sigprocmask(SIG_SETMASK, &loop->mask_before, NULL);
}

int twi_view_watch(struct twi_view *view)
{
	struct loop loop = {
		.watch = { .view = *view },
		.view = view,
	};
	int ret;

	if (view->json)
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"watch is a screen for people; \"twinspect -j\" prints JSON");
	/* where it is to begin, it waits */
	if (view->source.snapshot) {
		if (twi_player_open(&loop.player, view->root, view->at,
				    &view->err))
			return -1;
		loop.watch.player = &loop.player;
		loop.watch.paused = view->at;
	}
	ret = open_loop(&loop);
	if (!ret)
		ret = twi_screen_start(&view->err);
	if (!ret) {
		twi_watch_begin(&loop.watch);
		while (!loop.watch.done && !caught)
			wait_and_handle(&loop);
		twi_screen_end();
	}
	twi_groups_free(&loop.watch.groups);
	twi_history_free(&loop.watch.history);
	if (loop.watch.player)
		twi_player_close(&loop.player);
	close_loop(&loop);
	/* by the same signal, so that whoever waits for it can see */
	if (caught)
		raise(caught);
	return ret;
}
