# What every script says and how it ends. Sourced after `set -euo pipefail`.
# shellcheck shell=bash

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  ui_bold=$'\e[1m' ui_plain=$'\e[0m'
else
  ui_bold='' ui_plain=''
fi

say() { printf '%s\n' "$*"; }

# A long piece of work begins.
step() { printf '%s==> %s%s\n' "$ui_bold" "$*" "$ui_plain"; }

# The one clear line, and exit status 1.
die() {
  printf 'remit: %s\n' "$*" >&2
  exit 1
}

# last_lines FILE: the end of a log, for the reader of a failure.
last_lines() {
  [[ -s "$1" ]] || return 0
  printf -- '--- the last lines of %s\n' "$1" >&2
  tail -n 15 "$1" >&2
}

# make_folder PATH: one that can be written to, or the reason why not.
make_folder() {
  local trouble
  trouble=$(mkdir -p "$1" 2>&1) || die "cannot create $1: ${trouble##*: }"
  [[ -w "$1" ]] || die "cannot write to $1"
}

# need_disk PATH MEGABYTES: ends early with a clear line instead of late with an odd one.
need_disk() {
  local free
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [[ "$free" -ge "$2" ]] || die "only $free MB free at $1; $2 MB are needed"
}
