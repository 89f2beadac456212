# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0 OR MIT
#
# What tests/run does with recordings that takes more than one command.  Each
# function gets the program, works in $work/rec, which is empty, and prints why
# it fails.

: "${work:?}"

# with_recording FUNCTION PROGRAM
with_recording()
{
	rm -rf "$work/rec" "$work/source"
	cp -R data/proxy "$work/source"
	mkdir "$work/rec"
	(cd "$work/rec" && "$@")
	local status=$?

	rm -rf "$work/rec" "$work/source"
	return $status
}

# Numbers of the snapshots, by other programs than the one that is tested.
numbers()
{
	zstdcat "$1" | tar -tif - | sed -n 's/^0*\([0-9]*\)-.*\/recording$/\1/p'
}

# As fast as it goes, in a file that is never larger than it may be and can be
# read at any moment.
size_is_bounded()
{
	local size largest=0 reads=0

	"$1" -r ../source record --interval 0 --count 400 --max-size 40K file &
	local pid=$!

	while kill -0 $pid 2> kill.err; do
		size=$(stat -c %s file 2> stat.err || echo 0)
		[ "$size" -le "$largest" ] || largest=$size
		[ "$size" = 0 ] && continue
		# its last frame may be on its way
		"$1" -r file -j caps > json 2> err || { cat err; return 1; }
		reads=$((reads + 1))
	done
	wait $pid || return 1
	echo "$largest bytes, $reads reads"
	[ "$largest" -gt 20480 ] && [ "$largest" -le 40960 ] &&
		[ $reads -gt 2 ] || return 1
	numbers file > list
	cat list
	[ "$(tail -n 1 list)" = 400 ] &&
		[ "$(wc -l < list)" = "$((400 - $(head -n 1 list) + 1))" ]
}

# Killed wherever it is, it goes on with the next number.
survives_kills()
{
	local last=0 next i

	for i in 1 2 3 4 5 6 7 8; do
		"$1" -r ../source record --interval 0 --max-size 20K file &
		local pid=$!

		sleep 0.1$i
		kill -KILL $pid
		wait $pid 2> wait.err
		"$1" -r ../source record --interval 0 --count 1 \
			--max-size 20K file || return 1
		numbers file > list || return 1
		next=$(tail -n 1 list)
		echo "$last, then $next"
		[ "$next" -gt $((last + 1)) ] || return 1
		[ "$(wc -l < list)" = "$((next - $(head -n 1 list) + 1))" ] ||
			return 1
		last=$next
	done
}

# A signal ends it with a whole snapshot and success.
stops_at_a_signal()
{
	local signal

	for signal in INT TERM HUP; do
		"$1" -r ../source record --interval 600 file &
		local pid=$!

		until [ -s file ]; do sleep 0.02; done
		kill -$signal $pid
		wait $pid || { echo "SIG$signal: $?"; return 1; }
		[ "$(numbers file)" = 1 ] || return 1
		rm file
	done
}

# The first tick at once, the second after the interval.
keeps_the_interval()
{
	local start=$EPOCHREALTIME took

	"$1" -r ../source record --interval 1 --count 2 file || return 1
	took=$((${EPOCHREALTIME/./} - ${start/./}))
	echo "$took us"
	[ $took -ge 1000000 ] && [ "$(numbers file | wc -l)" = 2 ]
}

# The files go away: what there is stays, and it says what is missing.
source_goes_away()
{
	"$1" -r ../source record --interval 1 file 2> err &
	local pid=$!

	until [ -s file ]; do sleep 0.02; done
	rm -r ../source
	wait $pid
	[ $? = 2 ] && grep -q "source: no such recording" err &&
		[ "$(numbers file)" = 1 ]
}

one_at_a_time()
{
	"$1" -r ../source record --interval 600 file &
	local pid=$!

	until [ -s file ]; do sleep 0.02; done
	"$1" -r ../source record --count 1 file 2> err
	local status=$?

	kill -TERM $pid
	wait $pid || return 1
	cat err
	[ $status = 6 ] && grep -q "another twinspect records to it" err
}

# It cuts off what is torn, says so and goes on.
goes_on()
{
	local size

	"$1" -r ../source record --interval 0 --count 3 file || return 1
	size=$(stat -c %s file)
	truncate -s $((size - 5)) file
	"$1" -r ../source record --interval 0 --count 1 file 2> err || return 1
	cat err
	grep -q "truncated after snapshot 2" err &&
		[ "$(numbers file)" = "$(seq 3)" ] &&
		[ "$(stat -c %s file)" = "$size" ]
}

# What is no recording stays as it was, and nothing is left behind.
leaves_others_alone()
{
	echo "dear diary" > diary
	"$1" -r ../source record --count 1 diary && return 1
	[ "$(cat diary)" = "dear diary" ] || return 1
	mkdir directory
	"$1" -r ../source record --count 1 directory && return 1
	"$1" -r ../source record --count 1 none/file && return 1
	"$1" -r nowhere record --count 1 file && return 1
	[ ! -e file ] && [ "$(find . -type f)" = ./diary ]
}

# The members are the files as they were, but for other slab caches.
unpacks()
{
	"$1" -r ../source record --files all --count 1 file || return 1
	zstdcat file | tar -xif - || return 1
	rm 00000001-20261122T034012.345Z/recording
	sed -i '/^request_sock/d' ../source/slabinfo
	diff -r ../source 00000001-20261122T034012.345Z
}

# On a terminal alone, and nothing of it stays.
tells_how_far()
{
	"$1" -r ../source record --interval 0 --count 250 file || return 1
	"$1" replay file > list 2> err || return 1
	[ ! -s err ] || return 1
	python3 - "$1" <<- 'EOF'
	import os, pty, subprocess, sys
	ours, its = pty.openpty()
	out = subprocess.run([sys.argv[1], "replay", "file"], stderr=its,
			     stdout=subprocess.PIPE, check=True).stdout
	assert out == open("list", "rb").read()
	said = os.read(ours, 1000)
	assert said == (b"\r100 of 250 snapshots\x1b[K"
			b"\r200 of 250 snapshots\x1b[K\r\x1b[K"), said
	EOF
}

recordings()
{
	local flavour=$1 name

	for name in size_is_bounded survives_kills stops_at_a_signal \
		keeps_the_interval source_goes_away one_at_a_time goes_on \
		leaves_others_alone unpacks tells_how_far
	do
		expect "$flavour: recording ${name//_/ }" 0 with_recording \
			$name "$(program "$flavour")"
	done
}
