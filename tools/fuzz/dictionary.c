// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * dictionary.c - prints libFuzzer's dictionary: the words that the reader
 * knows, and numbers at the ends of ranges.
 */
#include <stdio.h>

#include "array.h"
#include "schema.h"
#include "slab.h"

static const char *const words[] = {
	"# " TWI_NAME " ", "# end ", "\\x0A==> ",
	/* numbers */
	"-1", "0", "4096", "65535", "65536", "2147483647", "2147483648",
	"4294967295", "4294967296", "9223372036854775806",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808",
	/* text columns */
	"127.0.0.1", "::1", "::ffff:192.0.2.7",
	/* /proc and sysctl.d */
	"TcpExt: ", "TW", "TWRecycled", "TWKilled", "PAWSActive",
	"PAWSPassive", "PAWSEstab", "PAWSTimewait", "TCPTimeWaitOverflow",
	"MemTotal:", "TCP: ", "orphan", "entries ", "ffffffff",
	"32768-60999", "net.ipv4.tcp_tw_recycle = 1",
	"net/ipv4/tcp_tw_recycle=1",
	"slabinfo - version: 2.1\\x0A", " : tunables ", " : slabdata ",
};

static void print_schema(const struct twi_schema *schema)
{
	printf("\"# %s %s \"\n", TWI_NAME, schema->file);
	for (size_t i = 0; i < schema->nkeys; i++)
		printf("\"%s\"\n", schema->keys[i].name);
	for (size_t i = 0; i < schema->ncolumns; i++)
		printf("\"%s\"\n", schema->columns[i].name);
}

static void print_names(const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("\"%s\"\n", names[i]);
}

int main(void)
{
	for (size_t i = 0; i < twi_nschemas; i++)
		print_schema(&twi_schemas[i]);
	print_schema(twi_schema_find("recording"));
	print_names(twi_side_names, TWI_NSIDES);
	print_names(twi_fixed_names, TWI_NFIXED);
	print_names(twi_slab_caches, TWI_NSLABS);
	print_names(twi_slab_attributes, TWI_NSLAB_ATTRIBUTES);
	print_names(words, ARRAY_SIZE(words));
	return 0;
}
