# What happens during the contest: when the processors change, and to what.
#
# Both are those of the public contest of 2025, its preview and its final round.
# shellcheck shell=bash

# SECOND  DEFAULT: DELAY_MS FAILING  FALLBACK: DELAY_MS FAILING
contest_preview='
1     0     false   0     false
10    100   false   0     false
20    100   true    0     false
30    2000  true    1000  true
40    20    false   20    false
50    0     false   5000  false
'
contest_final='
1     0     false   0     false
30    1000  false   0     false
60    500   false   0     false
90    2000  true    1000  false
120   5000  true    5     false
150   0     false   5     true
180   100   false   5     false
210   50    false   0     false
240   103   false   10    false
270   2000  false   0     false
'

# contest_admin METHOD URL [BODY]
contest_admin() {
  local -a body=()
  [[ $# -lt 3 ]] || body=(-H 'Content-Type: application/json' -d "$3")
  curl -sSf --max-time 5 -X "$1" -H 'X-Rinha-Token: 123' "${body[@]}" "$2" ||
    die "$1 $2 failed"
}

# contest_change LINE: a line of the tables above. One program makes all four changes, and gives way to what is measured.
contest_change() {
  local delay failing other_delay other_failing
  local -a arguments=()
  read -r _ delay failing other_delay other_failing <<<"$1"
  contest_add_change 0 delay "$delay"
  contest_add_change 0 failure "$failing"
  contest_add_change 1 delay "$other_delay"
  contest_add_change 1 failure "$other_failing"
  nice -n 10 curl "${arguments[@]:1}" || die "the processors did not change to:$1"
}

# contest_add_change NUMBER KEY VALUE: to the arguments of contest_change.
contest_add_change() {
  arguments+=(--next -sSf --max-time 5 -o /dev/null -X PUT -H 'X-Rinha-Token: 123' -H 'Content-Type: application/json'
    -d "{\"$2\":$3}" "http://127.0.0.1:$((bench_sandbox_port + $1))/admin/configurations/$2")
}

# contest_time MILLISECONDS_AGO: as RFC 3339 has it.
contest_time() {
  local at=$((${EPOCHREALTIME/[.,]/} / 1000 - $1))
  TZ=UTC printf '%(%Y-%m-%dT%H:%M:%S)T.%03dZ' $((at / 1000)) $((at % 1000))
}

# contest_fetch_books FOLDER MS_AGO MS_AGO: the three summaries of one window, asked for at the same time.
contest_fetch_books() {
  local window sandbox=http://127.0.0.1
  mkdir -p "$1"
  window="from=$(contest_time "$2")&to=$(contest_time "$3")"
  nice -n 10 curl -sSf --max-time 10 --parallel --parallel-immediate -H 'X-Rinha-Token: 123' \
    "http://127.0.0.1:$contest_port/payments-summary?$window" -o "$1/remit" \
    "$sandbox:$bench_sandbox_port/admin/payments-summary?$window" -o "$1/default" \
    "$sandbox:$((bench_sandbox_port + 1))/admin/payments-summary?$window" -o "$1/fallback"
}

# contest_books FOLDER: {"remit", "default", "fallback"}.
contest_books() { jq -sc '{remit: .[0], default: .[1], fallback: .[2]}' "$1/remit" "$1/default" "$1/fallback"; }

# What remit counts and the processors do not, or the other way round.
contest_difference() {
  jq '[(.remit.default.totalRequests - .default.totalRequests | fabs),
       (.remit.fallback.totalRequests - .fallback.totalRequests | fabs)] | add' <<<"$1"
}
