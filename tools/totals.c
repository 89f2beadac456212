// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * totals.c - adds up what summary has by state.
 */
#include "totals.h"
#include "units.h"

int64_t twi_live(const struct twi_keys *keys, const char *family)
{
	int64_t sum = 0;

	for (int state = 0; state < TWI_NSTATES; state++) {
		if (state == TWI_STATE_tw || state == TWI_STATE_fw2)
			continue;
		sum = twi_sum(sum, twi_num(keys, "%s%s%s",
					   twi_state_names[state],
					   family ? "_" : "",
					   family ? family : ""));
	}
	return sum;
}

/* The kernel does not count sockets of namespaces that are going down. */
bool twi_kernel_lacks(const struct twi_keys *keys, int64_t *more)
{
	int64_t seen = twi_sum(twi_num(keys, "tw"), twi_num(keys, "fw2"));
	int64_t kernel = twi_num(keys, "tw_kernel");
	int64_t tw = twi_num(keys, "unheld_tw");
	int64_t fw2 = twi_num(keys, "unheld_fw2");

	if (kernel < 0 || seen < 0 || tw < 0 || fw2 < 0)
		return false;
	*more = twi_difference(twi_difference(seen, tw), fw2);
	*more = twi_difference(*more, kernel);
	return true;
}
