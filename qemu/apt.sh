# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Debian packages fetched through an apt of our own: the system's mirrors,
# keys and proxies, but lists, state and sources in the cache. Needs no root,
# changes nothing on the host, and checks signatures as apt always does.
# Sourced after lib.sh; only this file knows where packages come from.

apt_dir=${cache:?lib.sh comes first}/apt

# Debian's repositories as the system names them, release and address. Lists
# that were never fetched tell no origin: then what is called main has to do.
apt_repositories() {
	local format="\$(RELEASE) \$(REPO_URI)" found

	found=$(apt-get indextargets --format "$format" \
		'Created-By: Packages' 'Origin: Debian' 2>/dev/null)
	[ -n "$found" ] || found=$(apt-get indextargets --no-release-info \
		--format "$format" 'Created-By: Packages' 'Component: main' \
		2>/dev/null)
	sort -u <<<"$found"
}

# apt_source SUITE: a line for sources.list. A suite the system does not use
# is looked for where its sister is: *-security beside another *-security,
# anything else beside the release itself.
apt_source() {
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	local sister uri

	sister="$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")"
	[[ $1 != *-security ]] || sister+=-security
	uri=$(apt_repositories | awk -v suite="$1" -v sister="$sister" '
		$1 == suite { exact = $2 }
		$1 == sister { beside = $2 }
		END { print exact ? exact : beside }')
	[ -n "$uri" ] || die "no Debian mirror for $1 in apt's configuration"
	printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$1"
}

# apt_sources SUITE[,SUITE...]
apt_sources() {
	local suite
	for suite in ${1//,/ }; do
		apt_source "$suite"
	done
}

# apt_use ARCH SUITES: fills apt_options and brings the lists up to date.
apt_use() {
	local dir=$apt_dir/$1-$2

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >"$dir/status"
	apt_sources "$2" >"$dir/sources.list"
	apt_options=(
		-o "APT::Architecture=$1" -o "APT::Architectures::=$1"
		-o "Dir::State::lists=$dir/lists"
		-o "Dir::State::status=$dir/status"
		-o "Dir::Cache=$dir"
		-o "Dir::Etc::sourcelist=$dir/sources.list"
		-o "Dir::Etc::sourceparts=/dev/null"
		-o "Dir::Etc::preferences=/dev/null"
		-o "Dir::Etc::preferencesparts=/dev/null"
		-o "Acquire::Languages=none"
		-o "APT::Sandbox::User="
	)
	say "reading package lists of ${2//,/ }"
	apt-get "${apt_options[@]}" -qq update >&2 ||
		die "apt could not read the package lists of $2"
}

# apt_depends PATTERN PKG: the packages PKG depends on that match, a line each.
apt_depends() {
	apt-cache "${apt_options[@]}" depends --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$2" |
		awk -v p="$1" '/Depends:/ && $2 ~ p { print $2 }'
}

# apt_version PKG: the version that would be fetched; nothing if unknown.
apt_version() {
	apt-cache "${apt_options[@]}" policy "$1" |
		awk '/Candidate:/ && $2 != "(none)" { print $2 }'
}

# apt_unpack DIR PKG...: fetches packages and unpacks them all into DIR.
apt_unpack() {
	local dir=$1 debs deb
	shift

	debs=$(mktemp -d "$cache/debs.XXXXXX")
	say "fetching $*"
	(cd "$debs" && apt-get "${apt_options[@]}" -qq download "$@" >&2) || {
		rm -rf "$debs"
		die "apt could not fetch $*"
	}
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$debs"
}
