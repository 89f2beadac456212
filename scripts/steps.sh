# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Runs checks one after the other, each on what those before it have left, and
# prints KTAP. Sourced, never run. For those that need no order: checks.sh.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failures=0

# check NAME COMMAND...: shows what it says if it fails.
check() {
	local name=$1
	shift

	count=$((count + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $count $name"
		return
	fi
	failures=$((failures + 1))
	tail -n 40 "$work/log" | sed 's/^/# /'
	echo "not ok $count $name"
}
