// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * screen.c - the only file that knows curses.  Of a screen that was drawn
 * anew, curses sends what differs from the one before.
 */
#include <curses.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "array.h"
#include "block.h"
#include "screen.h"

/* Last: it takes many a word for a macro. */
#include <term.h>

/* Bits a second; at 19,200 a screen of 80 by 24 takes a second. */
#define SLOW_BAUD	19200

/* ms for the rest of an escape sequence to arrive. */
#define ESCAPE_MS	100

#define ROWS_MAX	1000

/* Keys are read here, so that reading one does not send the screen. */
static WINDOW *keys;
static SCREEN *screen;
static bool active;
static struct termios modes;
static _Atomic bool has_modes;
/* It was found not to block. */
static _Atomic bool nonblocking;
static attr_t attributes[TWI_NINKS];

static void find_attributes(void)
{
	static const struct { enum twi_ink ink; short color; } colors[] = {
		{ TWI_INK_fine, COLOR_GREEN },
		{ TWI_INK_warning, COLOR_YELLOW },
		{ TWI_INK_critical, COLOR_RED },
		{ TWI_INK_alert, COLOR_RED },
	};
	const char *no_color = getenv("NO_COLOR");

	memset(attributes, 0, sizeof(attributes));
	attributes[TWI_INK_strong] = A_BOLD;
	attributes[TWI_INK_weak] = A_DIM;
	attributes[TWI_INK_heading] = A_UNDERLINE;
	attributes[TWI_INK_sorted] = A_UNDERLINE | A_BOLD;
	attributes[TWI_INK_cursor] = A_REVERSE;
	attributes[TWI_INK_alert] = A_BOLD;
	if ((no_color && *no_color) || !has_colors() || start_color() == ERR ||
	    use_default_colors() == ERR)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(colors); i++) {
		init_pair(i + 1, colors[i].color, -1);
		attributes[colors[i].ink] |= COLOR_PAIR(i + 1);
	}
}

/*
 * Of a terminal that takes nothing and does not block, curses tries again and
 * again.  Whoever shares it may make it so at any time.
 */
static void make_blocking(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (flags < 0 || !(flags & O_NONBLOCK))
		return;
	nonblocking = true;
	fcntl(STDOUT_FILENO, F_SETFL, flags & ~O_NONBLOCK);
}

static void restore_nonblocking(void)
{
	if (nonblocking)
		fcntl(STDOUT_FILENO, F_SETFL,
		      fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
	nonblocking = false;
}

/* Whether there is a terminal at both ends, of a type that curses can use. */
static int check(struct twi_error *err)
{
	const char *term = getenv("TERM");
	const char *can_move;
	int known;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return twi_fail(err, TWI_EXIT_IO,
				"watch needs a terminal; \"twinspect\" alone and \"twinspect -j\" print to anything else");
	if (!term || !*term)
		return twi_fail(err, TWI_EXIT_IO,
				"TERM is not set: what kind of terminal this is, as in TERM=vt100");
	if (setupterm(NULL, STDOUT_FILENO, &known) == ERR)
		return twi_fail(err, TWI_EXIT_IO,
				"TERM is \"%s\", which terminfo does not know here; TERM=vt100 fits most terminals",
				term);
	can_move = tigetstr("cup");
	del_curterm(cur_term);
	if (!can_move || can_move == (const char *)-1)
		return twi_fail(err, TWI_EXIT_IO,
				"TERM is \"%s\", a terminal that can't move its cursor; \"twinspect\" alone prints to any",
				term);
	return 0;
}

/*
 * What nearly all terminals send: a serial line says vt100 or vt220 of whatever
 * is at its other end, and these have no such keys.
 */
static void define_keys(void)
{
	static const struct { const char *sent; int key; } usual[] = {
		{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN },
		{ "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
		{ "\033[H", KEY_HOME }, { "\033OH", KEY_HOME },
		{ "\033[1~", KEY_HOME }, { "\033[7~", KEY_HOME },
		{ "\033[F", KEY_END }, { "\033OF", KEY_END },
		{ "\033[4~", KEY_END }, { "\033[8~", KEY_END },
		{ "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE },
		{ "\033[Z", KEY_BTAB },
	};

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		if (!key_defined(usual[i].sent))
			define_key(usual[i].sent, usual[i].key);
	}
}

int twi_screen_start(struct twi_error *err)
{
	if (check(err))
		return -1;
	has_modes = !tcgetattr(STDIN_FILENO, &modes);
	make_blocking();
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		restore_nonblocking();
		return twi_fail(err, TWI_EXIT_IO,
				"curses can't use this terminal");
	}
	active = true;
	twi_nomem_hook = twi_screen_end;
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	find_attributes();
	define_keys();
	curs_set(0);
	keys = newpad(1, 1);
	if (!keys)
		twi_nomem();
	keypad(keys, TRUE);
	nodelay(keys, TRUE);
	return 0;
}

void twi_screen_end(void)
{
	if (!active)
		return;
	active = false;
	twi_nomem_hook = NULL;
	endwin();
	if (keys)
		delwin(keys);
	keys = NULL;
	delscreen(screen);
	restore_nonblocking();
}

void twi_screen_abandon(void)
{
	if (has_modes)
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	restore_nonblocking();
}

void twi_screen_suspend(void)
{
	endwin();
	restore_nonblocking();
}

void twi_screen_resume(void)
{
	make_blocking();
	reset_prog_mode();
	clearok(curscr, TRUE);
	/* after endwin() this is what takes the terminal again */
	wnoutrefresh(stdscr);
	keypad(keys, TRUE);
}

bool twi_screen_is_slow(void)
{
	int baud = baudrate();

	return baud > 0 && baud <= SLOW_BAUD;
}

void twi_screen_resize(int *rows, int *cols)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col && size.ws_row <= ROWS_MAX && size.ws_col <= ROWS_MAX)
		resizeterm(size.ws_row, size.ws_col);
	getmaxyx(stdscr, *rows, *cols);
}

void twi_screen_erase(void)
{
	erase();
}

void twi_screen_text(const struct twi_rect *rect, int line, int col,
		     enum twi_ink ink, const char *text)
{
	if (line < 0 || line >= rect->rows || col < 0 || col >= rect->cols)
		return;
	attrset(attributes[ink]);
	mvaddnstr(rect->row + line, rect->col + col, text,
		  twi_clip(text, rect->cols - col));
	attrset(A_NORMAL);
}

void twi_screen_cursor(const struct twi_rect *rect, int line, int col)
{
	curs_set(1);
	move(rect->row + line, rect->col + col);
}

void twi_screen_hide_cursor(void)
{
	curs_set(0);
}

void twi_screen_send(void)
{
	make_blocking();
	refresh();
}

int twi_screen_key(void)
{
	static const struct { int curses; int key; } names[] = {
		{ KEY_UP, TWI_KEY_UP },
		{ KEY_DOWN, TWI_KEY_DOWN },
		{ KEY_LEFT, TWI_KEY_LEFT },
		{ KEY_RIGHT, TWI_KEY_RIGHT },
		{ KEY_PPAGE, TWI_KEY_PAGE_UP },
		{ KEY_NPAGE, TWI_KEY_PAGE_DOWN },
		{ KEY_HOME, TWI_KEY_HOME },
		{ KEY_END, TWI_KEY_END },
		{ KEY_BTAB, TWI_KEY_BACK_TAB },
		{ KEY_BACKSPACE, TWI_KEY_BACKSPACE },
		{ '\b', TWI_KEY_BACKSPACE },
		{ 127, TWI_KEY_BACKSPACE },
		{ KEY_ENTER, TWI_KEY_ENTER },
		{ '\r', TWI_KEY_ENTER },
		{ ERR, TWI_KEY_NONE },
	};
	int c = wgetch(keys);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (c == names[i].curses)
			return names[i].key;
	}
	/* another function key */
	return c < KEY_MIN ? c : 0;
}
