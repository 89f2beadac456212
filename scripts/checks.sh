# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Runs checks, as many at a time as there are CPUs, and prints KTAP in the order
# in which they were added. A check is a command that is silent and succeeds,
# and that says what it looked at: one that found nothing to look at fails.
# Sourced, never run.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=() titles=() commands=()

# add NAME TITLE COMMAND...
add() {
	names+=("$1")
	titles+=("$2")
	shift 2
	commands+=("$(printf '%q ' "$@")")
}

# looked_at WHAT...: for a check to call. It has a file as descriptor 3.
looked_at() { echo "$*" >&3; }

# only NAME...: forgets all checks but these; all words of one that is there.
only() {
	local kept=() i name

	[ $# -gt 0 ] || return 0
	for name; do
		[[ " ${names[*]} " == *" $name "* ]] || {
			echo "${0##*/}: no check $name; there are:" \
				"${names[*]}" >&2
			exit 2
		}
		for i in "${!names[@]}"; do
			[ "${names[i]}" != "$name" ] || kept+=("$i")
		done
	done
	for i in "${!names[@]}"; do
		[[ " ${kept[*]} " == *" $i "* ]] ||
			unset "names[i]" "titles[i]" "commands[i]"
	done
}

# What a check says that fails is in its log.
run_check() { # INDEX
	local status=0

	(eval "${commands[$1]}") >"$work/$1.log" 2>&1 3>"$work/$1.what" ||
		status=$?
	if [ "$status" != 0 ] && [ ! -s "$work/$1.log" ]; then
		echo "exit status $status" >"$work/$1.log"
	fi
	if [ ! -s "$work/$1.what" ]; then
		echo "it looked at nothing" >>"$work/$1.log"
	fi
	touch "$work/$1.done"
}

# Prints the results that are there, up to the first that is not.
print_results() {
	while [ ${#waiting[@]} -gt 0 ] && [ -e "$work/${waiting[0]}.done" ]; do
		local i=${waiting[0]}

		nr=$((nr + 1))
		sed 's/^/# /' "$work/$i.what" "$work/$i.log"
		if [ -s "$work/$i.log" ]; then
			failures=$((failures + 1))
			echo "not ok $nr ${titles[i]}"
		else
			echo "ok $nr ${titles[i]}"
		fi
		waiting=("${waiting[@]:1}")
	done
}

run_checks() {
	local nr=0 failures=0 i
	local waiting=("${!names[@]}")

	echo "KTAP version 1"
	echo "1..${#names[@]}"
	for i in "${!names[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n
			print_results
		done
		run_check "$i" &
	done
	wait
	print_results
	[ "$failures" = 0 ] && [ "$nr" -gt 0 ]
}
