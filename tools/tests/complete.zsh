# SPDX-License-Identifier: GPL-2.0 OR MIT
#
# zsh -f complete.zsh DIR LINE...: what zsh offers for the last word of each of
# these command lines, as "LINE: WORD", with the completion that is in DIR, or
# where zsh looks for it if that is empty.  compadd, through which all of it
# goes, is asked.  It works while a line is edited, for which there has to be a
# terminal.

zmodload zsh/zpty || exit
dir=${1:+${1:A}:}
shift
work=$(mktemp -d) || exit
trap 'rm -rf $work' EXIT

# What is offered is written down and not shown, which could lead to questions.
cat > $work/setup <<'END'
PROMPT=
bindkey -e
offer() {
	zle complete-word
	: > done
}
zle -N offer
bindkey '^I' offer
autoload -U compinit
compinit -u -D
compadd() {
	local -a offered
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	builtin compadd -A offered "$@"
	print -rl -- $offered >> offered
	(( $#offered ))
}
: > done
END

# What zsh has begun ends with a file; it may be slow.
wait_done() {
	repeat 600; do
		[[ ! -e done ]] || { rm done; return }
		sleep 0.05
	done
	echo "zsh did not complete: $1" >&2
	exit 1
}

cd $work
export FPATH=$dir$FPATH TERM=dumb
zpty zsh zsh -f -i
zpty -w zsh "source $work/setup"
wait_done setup
for line; do
	: > offered
	# ^U removes what is there of the last line
	zpty -w -n zsh $'\C-u'$line$'\t'
	wait_done $line
	grep . offered | sort -u | sed "s|^|$line: |"
done
zpty -d zsh
