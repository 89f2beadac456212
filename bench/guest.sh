#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# guest.sh KERNEL RUNS SIZES TABLES MORE ROUNDS CHAINS: what bench/run has done in
# a guest. SIZES are populations in TIME-WAIT, TABLES numbers of buckets, both with
# commas between them; MORE is the BUCKETS,SOCKETS that are measured with many
# namespaces, too, and with somebody who opens connections, for ROUNDS; CHAINS the
# one with long chains. Prints a line of JSON a sample; all else is for people.

set -eu
kernel=$1 runs=$2 sizes=$3 tables=$4 more=$5 rounds=$6 chains=$7
twbench=/sys/kernel/debug/twbench

say() { echo "guest: $*" >&2; }

# inside NAMESPACE COMMAND...: with the mounts that there are, debugfs among them.
inside() {
	space=$1
	shift
	nsenter --net="/run/netns/$space" -- "$@"
}

# own_table NAMESPACE BUCKETS: a namespace with an established hash of its own.
own_table() {
	sysctl -q -w net.ipv4.tcp_child_ehash_entries="$2"
	ip netns add "$1"
	sysctl -q -w net.ipv4.tcp_child_ehash_entries=0
	inside "$1" ip link set lo up
	inside "$1" sysctl -q -w net.ipv4.tcp_max_tw_buckets=4000000 \
		net.ipv4.tcp_tw_reuse=0 net.ipv4.tcp_no_metrics_save=1 \
		net.ipv4.ip_local_port_range='1024 65535'
}

# memory CONTEXT: what a pass of summary has allocated.
memory() {
	bytes=$(inside "$space_of" sed -n 's/^pass_bytes //p' \
		/sys/kernel/debug/twinspect/summary)
	echo "{\"case\":\"memory\",\"bytes\":$bytes,$1}"
}

# The same population, and 199 namespaces more that nobody uses.
namespaces() {
	say "200 namespaces"
	for i in $(seq 199); do
		ip netns add "n$i"
	done
	sample "$1,\"netns\":200" walk summary
	for i in $(seq 199); do
		ip netns del "n$i"
	done
}

# What those notice who open connections beside it.
disturb() {
	say "connections and readers, $rounds rounds"
	inside "$space_of" ./disturb /sys/kernel/debug/twinspect/summary \
		twinspect.ko "$rounds" 2000 "\"on\":\"$kernel\",$1"
}

# sample CONTEXT [NAME...], in the namespace $space_of.
sample() {
	context="\"on\":\"$kernel\",$1"
	shift
	inside "$space_of" ./sample peers "$runs" "$context" "$@"
}

# still NUMBER: whether so many are there, no more and no less.
still() {
	tw=$(inside "$space_of" sed -n 's/^tw //p' $twbench/plain)
	[ "$tw" = "$1" ] || { say "$tw sockets are left of $1"; exit 1; }
}

# begin NAMESPACE BUCKETS: a table, and a program that fills it when fill says so.
begin() {
	space_of=$1
	own_table "$@"
	rm -f asked told
	mkfifo asked told
	inside "$space_of" ./populate <asked >told &
	exec 3>asked 4<told
}

# fill SOCKETS: so many are there then.
fill() {
	since=$(cut -d ' ' -f 1 /proc/uptime)
	echo "$1" >&3
	read -r have <&4
	say "$space_of: $have sockets, made from $since to" \
		"$(cut -d ' ' -f 1 /proc/uptime)"
	echo "$1" >$twbench/nodes
}

end() {
	exec 3>&- 4<&-
	wait
	ip netns del "$space_of"
}

# Populations of one table, each grown from the one before.
populations() {
	begin "b$1" "$1"
	for size in $(echo "$sizes" | tr , ' '); do
		fill "$size"
		sample "\"buckets\":$1,\"sockets\":$size"
		memory "\"buckets\":$1,\"sockets\":$size"
		if [ "$1,$size" = "$more" ]; then
			namespaces "\"buckets\":$1,\"sockets\":$size"
			disturb "\"buckets\":$1,\"sockets\":$size"
		fi
		still "$have"
	done
	end
}

# longest BUCKETS SOCKETS: how long a pass holds what others wait for, where
# chains are long.
longest() {
	begin long "$1"
	fill "$2"
	inside long sed -n 's/^\(ehash_len_max\|ehash_max\) /guest: longest chain: /p' \
		/sys/kernel/debug/twinspect/summary >&2
	sample "\"case\":\"longest\",\"buckets\":$1,\"sockets\":$2" \
		walk rcu softirq
	still "$have"
	end
}

# What a bucket costs that is empty: of a large table with nothing in it.
empty_buckets() {
	space_of=empty
	own_table $space_of 1048576
	sample '"case":"empty","buckets":1048576' walk empty
	ip netns del $space_of
	ip netns add $space_of
	sample '"case":"empty","buckets":0' walk
	ip netns del $space_of
}

insmod ./twinspect.ko
insmod ./twgen.ko
insmod ./twbench.ko
# Without it, ss reads /proc/net/tcp.
modprobe tcp_diag
if [ -e twcount ]; then
	mount -t bpf none /sys/fs/bpf
	./twcount twcount.bpf.o /sys/fs/bpf/twcount
	cat peers.bpf >>peers
fi
empty_buckets
[ "$chains" = none ] || longest "${chains%,*}" "${chains#*,}"
for table in $(echo "$tables" | tr , ' '); do
	populations "$table"
done
rmmod twbench twgen twinspect
