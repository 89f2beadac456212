// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch.c - "twinspect watch": waits for a key, for the time to read again,
 * for a signal or for a terminal that is ready for more, and for nothing else.
 *
 * Signals that would end or stop the program are blocked and read from a
 * descriptor, so that the terminal is always left as it was found.  But while
 * something is sent to a terminal, which may be held and take nothing, a second
 * signal ends the program at once.
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

/* The first ones end it. */
static const int signals[] = {
	SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT
};

#define NDEADLY	4

/* The first of these that came while something was sent. */
static _Atomic int caught;

struct loop {
	struct twi_watch	watch;
	struct twi_player	player;
	struct twi_view		*view;
	sigset_t		mask;
	sigset_t		deadly;
	sigset_t		mask_before;
	int			timer;
	int			signals;
	int			died_of;	/* a signal; 0: none */
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
	default:
		loop->died_of = info.ssi_signo;
		loop->watch.done = true;
		break;
	}
}

static void handle_timer(struct loop *loop)
{
	uint64_t times;

	if (read(loop->timer, &times, sizeof(times)) == sizeof(times))
		twi_watch_due(&loop->watch);
}

static void catch(int number)
{
	if (caught) {
		signal(number, SIG_DFL);
		raise(number);
	}
	caught = number;
}

static void draw(struct loop *loop)
{
	loop->watch.changed = false;
	sigprocmask(SIG_UNBLOCK, &loop->deadly, NULL);
	twi_watch_draw(&loop->watch);
	sigprocmask(SIG_BLOCK, &loop->deadly, NULL);
	if (caught) {
		loop->died_of = caught;
		loop->watch.done = true;
	}
}

/* A terminal that has not taken what it was sent last is sent nothing new. */
static void wait_and_handle(struct loop *loop)
{
	struct pollfd fds[] = {
		{ .fd = loop->signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = loop->timer, .events = POLLIN },
		{ .fd = loop->watch.changed ? STDOUT_FILENO : -1, .events = POLLOUT },
	};
	int key;

	if (loop->watch.rearm)
		set_timer(loop);
	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return;
	if (fds[0].revents)
		handle_signal(loop);
	while (!loop->watch.done && fds[1].revents & POLLIN &&
	       (key = twi_screen_key()) != TWI_KEY_NONE)
		twi_watch_key(&loop->watch, key);
	/* no terminal any more */
	if (fds[1].revents & (POLLHUP | POLLERR))
		loop->watch.done = true;
	if (!loop->watch.done && fds[2].revents)
		handle_timer(loop);
	if (!loop->watch.done && fds[3].revents & POLLOUT)
		draw(loop);
}

static int open_loop(struct loop *loop)
{
	sigemptyset(&loop->mask);
	sigemptyset(&loop->deadly);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&loop->mask, signals[i]);
	sigprocmask(SIG_BLOCK, &loop->mask, &loop->mask_before);
	/* curses leaves a signal alone that has a handler */
	for (size_t i = 0; i < NDEADLY; i++) {
		sigaddset(&loop->deadly, signals[i]);
		signal(signals[i], catch);
	}
	loop->signals = signalfd(-1, &loop->mask, SFD_CLOEXEC | SFD_NONBLOCK);
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
	sigprocmask(SIG_SETMASK, &loop->mask_before, NULL);
}

/* Something is sent here too. */
static void leave_screen(struct loop *loop)
{
	for (size_t i = 0; i < NDEADLY; i++)
		signal(signals[i], SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &loop->deadly, NULL);
	twi_screen_end();
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
		while (!loop.watch.done)
			wait_and_handle(&loop);
		leave_screen(&loop);
	}
	twi_groups_free(&loop.watch.groups);
	twi_history_free(&loop.watch.history);
	if (loop.watch.player)
		twi_player_close(&loop.player);
	close_loop(&loop);
	/* by the same signal, so that whoever waits for it can see */
	if (loop.died_of)
		raise(loop.died_of);
	return ret;
}
