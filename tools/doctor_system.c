// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_system.c - checks of the machine: its hash tables, settings that do
 * harm or nothing, and how far the passes can be relied on.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "doctor.h"
#include "poisson.h"
#include "units.h"

#define LONGEST_FINE	8
#define CHANCES_FINE	1e6	/* one in so many */

#define count(exam, n)		twi_count(n, (exam)->view->numeric).s

static void find_timestamps(struct twi_exam *exam, struct twi_check *check,
			    const struct twi_space *space)
{
	struct twi_finding *finding;

	finding = twi_finding_new(exam, check,
				  space->pressed ? TWI_WARNING : TWI_INFO,
				  space,
				  "tcp_timestamps is 0: connect() can't take over TIME-WAIT, and nothing protects against wrapped sequence numbers (PAWS)%s",
				  space->pressed ?
				  ", while a limit is near." : ".");
	twi_fact_number(&finding->evidence, "timestamps", 0);
	twi_fact_number(&finding->evidence, "tw_reuse",
			space->row[TWI_netns_tw_reuse]);
	twi_remedy_sysctl(exam, finding, space,
			  twi_strdup("net.ipv4.tcp_timestamps=1"),
			  twi_text_new("Turn them on, for connections from then on."));
}

void twi_check_timestamps(struct twi_exam *exam, struct twi_check *check)
{
	size_t off = 0, known = 0;

	for (size_t i = 0; i < exam->nspaces; i++) {
		int64_t on = exam->space[i].row[TWI_netns_timestamps];

		known += on >= 0;
		if (on)
			continue;
		off++;
		find_timestamps(exam, check, &exam->space[i]);
	}
	twi_fact_number(&check->figures, "netns_off", off);
	twi_fact_number(&check->figures, "netns_known", known);
	twi_check_text(check, "off in %s of %s namespaces", count(exam, off),
		       count(exam, known));
	/* an older module does not tell */
	if (!known && exam->nspaces) {
		check->result = TWI_UNCHECKED;
		twi_check_text(check, "the module is too old to tell");
	}
}

/* A hash table, or all that belong to namespaces. */
struct hash {
	const char	*name;
	int64_t		buckets;
	int64_t		nodes;
	int64_t		longest;
	double		load;		/* of the table of the highest */
};

static int64_t sockets(const int64_t *row)
{
	int64_t sum = 0;

	for (int i = 0; i < TWI_NSTATES * TWI_NFAMILIES; i++)
		sum = twi_sum(sum, row[TWI_netns_states + i]);
	return sum;
}

static void read_hash(const struct twi_exam *exam, const char *name,
		      struct hash *hash)
{
	const struct twi_keys *keys = &exam->summary.keys;

	hash->name = name;
	hash->buckets = twi_num(keys, "%s_buckets", name);
	hash->nodes = twi_num(keys, "%s_nodes", name);
	hash->longest = twi_num(keys, "%s_longest", name);
	hash->load = hash->buckets > 0 ? (double)hash->nodes / hash->buckets :
					 0;
}

/*
 * Of the tables that namespaces own, the longest chain is known of them all
 * alone: the fullest may be the one that has it.
 */
static void read_own_load(const struct twi_exam *exam, struct hash *hash)
{
	double load;

	for (size_t i = 0; i < exam->nspaces; i++) {
		const int64_t *row = exam->space[i].row;

		if (!row || row[TWI_netns_own_ehash] != 1 ||
		    row[TWI_netns_ehash_buckets] <= 0)
			continue;
		load = (double)sockets(row) / row[TWI_netns_ehash_buckets];
		if (load > hash->load)
			hash->load = load;
	}
}

/* The mean, in thousandths; a table that is garbled may exceed them. */
static int64_t load_milli(const struct hash *hash)
{
	return twi_whole(hash->load * 1000 + 0.5);
}

static void add_hash(struct twi_facts *facts, const struct hash *hash,
		     int64_t floods)
{
	twi_fact_text(facts, "hash", hash->name);
	twi_fact_number(facts, "buckets", hash->buckets);
	twi_fact_number(facts, "nodes", hash->nodes);
	twi_fact_number(facts, "longest", hash->longest);
	twi_fact_number(facts, "load_milli", load_milli(hash));
	twi_fact_number(facts, "pass_floods", floods);
}

static bool is_chance(const struct hash *hash)
{
	return hash->longest <= LONGEST_FINE ||
	       twi_poisson_longest(hash->buckets, hash->load,
				   hash->longest) * CHANCES_FINE >= 1;
}

static void find_flood(struct twi_exam *exam, struct twi_check *check,
		       const struct hash *hash, int64_t floods)
{
	struct twi_finding *finding;

	finding = twi_finding_new(exam, check,
				  floods > 0 ? TWI_CRITICAL : TWI_WARNING,
				  NULL,
				  "A chain of %s has %s sockets where %s are the mean: less than one chance in a million. Somebody may be choosing addresses and ports that collide.",
				  hash->name, count(exam, hash->longest),
				  twi_milli(load_milli(hash),
					    exam->view->numeric).s);
	add_hash(&finding->evidence, hash, floods);
	twi_remedy_manual(finding,
			  "See whose sockets they are, as many from one peer: twinspect tuples. Block that peer.");
	twi_remedy_manual(finding,
			  "Report it: the kernel's hash secret must not be known to anyone.");
}

static void find_overload(struct twi_exam *exam, struct twi_check *check,
			  const struct hash *hash, int64_t floods)
{
	struct twi_finding *finding;

	finding = twi_finding_new(exam, check, TWI_CRITICAL, NULL,
				  "%s chains are so long that they are walked without a lock; the longest of %s has %s sockets, %s are the mean.",
				  count(exam, floods), hash->name,
				  count(exam, hash->longest),
				  twi_milli(load_milli(hash),
					    exam->view->numeric).s);
	add_hash(&finding->evidence, hash, floods);
	twi_remedy_manual(finding,
			  "The table is too small for that many sockets: boot with a larger thash_entries=, or for tables of namespaces raise net.ipv4.tcp_child_ehash_entries and make them anew.");
}

void twi_check_flood(struct twi_exam *exam, struct twi_check *check)
{
	int64_t floods = twi_num(&exam->summary.keys, "pass_floods");
	struct hash shared, own;
	bool found = false;

	read_hash(exam, "ehash", &shared);
	read_hash(exam, "ehash_own", &own);
	read_own_load(exam, &own);
	add_hash(&check->figures, &shared, floods);
	twi_check_text(check, "longest chain %s, mean %s, %s flooded",
		       count(exam, shared.longest),
		       twi_milli(load_milli(&shared), exam->view->numeric).s,
		       count(exam, floods));
	if (shared.longest < 0) {
		check->result = TWI_UNCHECKED;
		return;
	}
	if (!is_chance(&shared)) {
		find_flood(exam, check, &shared, floods);
		found = true;
	}
	/* without netns their load is not known */
	if (exam->need[TWI_NEED_netns].ok && !is_chance(&own)) {
		find_flood(exam, check, &own, floods);
		found = true;
	}
	if (!found && floods > 0)
		find_overload(exam, check, own.longest > shared.longest ?
			      &own : &shared, floods);
}

static bool is_set(const char *value)
{
	return strtol(value, NULL, 0) != 0;
}

/* Nothing that a shell would take for something else. */
static bool can_paste(const char *file)
{
	while (isalnum((unsigned char)*file) || (*file && strchr("/._+-", *file)))
		file++;
	return !*file;
}

/* For files below /etc: others belong to packages, or are made at boot. */
static void add_comment_out(struct twi_finding *finding, const char *file)
{
	if (strncmp(file, "/etc/", 5))
		twi_remedy_manual(finding,
				  "%s is a package's or made at boot: remove the line where it comes from.",
				  file);
	else if (!can_paste(file))
		twi_remedy_manual(finding, "Comment the line out in %s.",
				  file);
	else
		twi_remedy_command(finding,
				   twi_text_new("sed -i '/^[^#;]*tcp_tw_recycle/s/^/# /' %s",
						file),
				   twi_text_new("Comment the line out in %s.",
						file));
}

static void find_recycle_set(struct twi_exam *exam, struct twi_check *check,
			     size_t n)
{
	const struct twi_sysctlconf *conf = &exam->conf;
	struct twi_finding *finding;
	const char *last = "";
	struct twi_facts *facts;

	finding = twi_finding_new(exam, check, TWI_WARNING, NULL,
				  "tcp_tw_recycle is set in sysctl's files, lines: %s. It broke clients behind NAT and was removed in Linux 4.12 (commit 4396e46187ca); the setting has no effect but an error at boot, and no older kernel must get it.",
				  count(exam, n));
	twi_fact_number(&finding->evidence, "lines", n);
	for (size_t i = 0; i < conf->n; i++) {
		const struct twi_sysctlconf_line *line = &conf->line[i];

		if (!is_set(line->value))
			continue;
		facts = twi_finding_item(finding, "%s:%u: %s", line->file,
					 line->line, line->value);
		twi_fact_text(facts, "file", line->file);
		twi_fact_number(facts, "line", line->line);
		twi_fact_text(facts, "value", line->value);
		if (strcmp(line->file, last))
			add_comment_out(finding, line->file);
		last = line->file;
	}
}

void twi_check_recycle_set(struct twi_exam *exam, struct twi_check *check)
{
	const struct twi_sysctlconf *conf = &exam->conf;
	size_t n = 0;

	for (size_t i = 0; i < conf->n; i++)
		n += is_set(conf->line[i].value);
	twi_fact_number(&check->figures, "lines", n);
	twi_fact_number(&check->figures, "files", conf->files);
	twi_check_text(check, "in %s lines of %s files", count(exam, n),
		       count(exam, conf->files));
	if (n)
		find_recycle_set(exam, check, n);
}

/* What makes a count a lower bound, and where it says so. */
struct quality {
	const char	*name;
	int64_t		number;
	const char	*meaning;
};

static int64_t total(const struct twi_exam *exam, const char *key)
{
	const struct twi_keys *const files[] = {
		&exam->summary.keys, &exam->netns.keys, &exam->bind,
		&exam->tuples
	};
	int64_t sum = 0, number;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		number = files[i]->n ? twi_num(files[i], "%s", key) : 0;
		sum = twi_sum(sum, number > 0 ? number : 0);
	}
	return sum;
}

static int64_t positive(const struct twi_keys *keys, const char *key)
{
	int64_t number = twi_num(keys, "%s", key);

	return number > 0 ? number : 0;
}

void twi_check_pass(struct twi_exam *exam, struct twi_check *check)
{
	const struct twi_keys *summary = &exam->summary.keys;
	const struct quality all[] = {
		{ "pass_unfinished", total(exam, "pass_unfinished"),
		  "chains given up and counted in part" },
		{ "pass_inexact", total(exam, "pass_inexact"),
		  "chains that changed while they were walked" },
		{ "pass_skipped", total(exam, "pass_skipped"),
		  "sockets not counted" },
		{ "netns_unheld", positive(summary, "netns_unheld"),
		  "namespaces not held, and so not judged" },
		{ "join_overflow", positive(&exam->bind, "join_overflow"),
		  "sockets not counted by port" },
		{ "binds_overflow", positive(&exam->tuples, "binds_overflow"),
		  "bound ports not looked at, so that there are no capacities" },
		{ "groups_unlisted_max",
		  positive(&exam->tuples, "unlisted_max"),
		  "sockets that a destination not listed may have" },
		{ "processes_denied", exam->processes_denied,
		  "processes whose namespace only root can see" },
	};
	struct twi_finding *finding = NULL;
	struct twi_facts *facts;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		n += all[i].number > 0;
		twi_fact_number(&check->figures, all[i].name, all[i].number);
	}
	if (n)
		twi_check_text(check, "not exact in %s of %zu ways",
			       count(exam, n), ARRAY_SIZE(all));
	else
		twi_check_text(check, "exact");
	if (!n)
		return;
	finding = twi_finding_new(exam, check, TWI_INFO, NULL,
				  "What was found is not exact.");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].number <= 0)
			continue;
		twi_fact_number(&finding->evidence, all[i].name,
				all[i].number);
		facts = twi_finding_item(finding, "%s: %s", all[i].meaning,
					 count(exam, all[i].number));
		twi_fact_number(facts, all[i].name, all[i].number);
	}
}
