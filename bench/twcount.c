// SPDX-License-Identifier: GPL-2.0
/*
 * twcount OBJECT PATH - loads the iterator of bench/twcount.bpf.c and pins it
 * to a PATH of the BPF file system: to read that file is to run it.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what)
{
	fprintf(stderr, "twcount: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	struct bpf_link *link;

	if (argc != 3) {
		fprintf(stderr, "usage: twcount OBJECT PATH\n");
		return 1;
	}
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		return fail(argv[1]);
	program = bpf_object__find_program_by_name(object, "count");
	link = program ? bpf_program__attach_iter(program, NULL) : NULL;
	if (!link)
		return fail("attach");
	if (bpf_link__pin(link, argv[2]))
		return fail(argv[2]);
	return 0;
}
