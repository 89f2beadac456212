// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_prompt.c - a number that is typed while everything else goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "watch.h"

void twi_prompt_open(struct twi_prompt *prompt, const char *text,
		     int64_t *value, int64_t max)
{
	memset(prompt, 0, sizeof(*prompt));
	prompt->text = text;
	prompt->value = value;
	prompt->max = max;
}

/* A digit that would make it too large is not taken. */
static void add_digit(struct twi_prompt *prompt, char digit)
{
	size_t len = strlen(prompt->typed);

	if (len + 1 >= sizeof(prompt->typed) || (!len && digit == '0'))
		return;
	prompt->typed[len] = digit;
	if (atoll(prompt->typed) > prompt->max)
		prompt->typed[len] = '\0';
}

bool twi_prompt_key(struct twi_prompt *prompt, int key, bool *changed)
{
	size_t len = strlen(prompt->typed);

	*changed = false;
	if (key >= '0' && key <= '9') {
		add_digit(prompt, key);
	} else if (key == TWI_KEY_BACKSPACE && len) {
		prompt->typed[len - 1] = '\0';
	} else if (key == TWI_KEY_ENTER || key == TWI_KEY_ESCAPE) {
		*changed = key == TWI_KEY_ENTER;
		if (*changed)
			*prompt->value = len ? atoll(prompt->typed) : -1;
		prompt->text = NULL;
		return false;
	}
	return true;
}
