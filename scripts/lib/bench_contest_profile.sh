# What happens during the contest: when the processors change, and to what.
#
# The preview is that of the public contest of 2025. The values of its final round were never published; the
# table for it repeats the same kinds of trouble, each for half a minute, and ends with the cheaper processor failing.
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
30    50    false   0     false
60    200   true    0     false
90    0     false   0     true
120   1500  true    800   true
150   20    false   20    false
180   0     true    100   false
210   3000  false   10    false
240   0     false   5000  false
270   0     true    0     false
'

# contest_configure NUMBER DELAY_MS FAILING: of one processor, 0 default, 1 fallback.
contest_configure() {
  local url=http://127.0.0.1:$((bench_sandbox_port + $1))/admin/configurations
  contest_admin PUT "$url/delay" "{\"delay\":$2}"
  contest_admin PUT "$url/failure" "{\"failure\":$3}"
}

# contest_admin METHOD URL [BODY]
contest_admin() {
  local -a body=()
  [[ $# -lt 3 ]] || body=(-H 'Content-Type: application/json' -d "$3")
  curl -sSf --max-time 5 -X "$1" -H 'X-Rinha-Token: 123' "${body[@]}" "$2" ||
    die "$1 $2 failed"
}

# contest_change LINE: a line of the tables above.
contest_change() {
  local delay failing other_delay other_failing
  read -r _ delay failing other_delay other_failing <<<"$1"
  contest_configure 0 "$delay" "$failing" >/dev/null
  contest_configure 1 "$other_delay" "$other_failing" >/dev/null
}

contest_time() { date -u -d "@$(awk "BEGIN { printf \"%.3f\", $EPOCHREALTIME - $1 }")" +%Y-%m-%dT%H:%M:%S.%3NZ; }

# contest_books SECONDS_AGO SECONDS_AGO: {"remit", "default", "fallback"}, the three summaries of one window, asked for
# at the same time.
contest_books() {
  local window number folder=$var/books
  local -a pids=()
  mkdir -p "$folder"
  window="from=$(contest_time "$1")&to=$(contest_time "$2")"
  for number in 0 1; do
    contest_admin GET "http://127.0.0.1:$((bench_sandbox_port + number))/admin/payments-summary?$window" >"$folder/$number" &
    pids+=("$!")
  done
  curl -sSf --max-time 10 "http://127.0.0.1:$contest_port/payments-summary?$window" >"$folder/remit" &
  pids+=("$!")
  for number in "${pids[@]}"; do wait "$number" || return 1; done
  jq -sc '{remit: .[0], default: .[1], fallback: .[2]}' "$folder/remit" "$folder/0" "$folder/1"
}

# What remit counts and the processors do not, or the other way round.
contest_difference() {
  jq '[(.remit.default.totalRequests - .default.totalRequests | fabs),
       (.remit.fallback.totalRequests - .fallback.totalRequests | fabs)] | add' <<<"$1"
}
