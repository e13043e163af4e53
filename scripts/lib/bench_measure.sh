# One measurement: remit-load, pgbench, and what is read off them. Needs bench_stack.sh.
# shellcheck shell=bash

bench_seconds_given='' bench_repeat=1
bench_load_pin=() bench_load_port='' bench_background=''

# bench_seconds DEFAULT: the length of a timed window.
bench_seconds() { printf '%s\n' "${bench_seconds_given:-$1}"; }

# bench_load MODE OPTION…: one line of JSON. The port is remitd's unless bench_load_port says another.
bench_load() {
  local mode=$1
  shift
  "${bench_load_pin[@]}" "$bench_tools/remit-load" "$mode" --port "${bench_load_port:-$bench_port}" "$@" 9>&- ||
    die "remit-load $mode $* sent nothing; see $var/log/"
  bench_check_services
}

# What ended in the middle of a measurement has spoiled it.
bench_check_services() {
  local name pid
  for name in "${services[@]}"; do
    pid=$(services_pid "$name")
    if [[ -n "$pid" ]] && ! kill -0 "$pid" 2>/dev/null; then
      last_lines "$var/log/$name.log"
      die "$name ended while it was measured"
    fi
  done
}

# The load that runs beside the script, if any: the shell that waits for it first, then all below it.
bench_end_background() {
  local generation=$bench_background all=''
  while [[ -n "$generation" ]]; do
    all+=" $generation"
    generation=$(pgrep -d ' ' -P "${generation// /,}") || true
  done
  # shellcheck disable=SC2086  # numbers, parted by spaces
  [[ -z "$all" ]] || kill $all 2>/dev/null || true
  bench_background=''
}

# bench_figure JSON FILTER
bench_figure() { jq -r "$2" <<<"$1"; }

# bench_median FILTER: of lines of JSON, the one in the middle by that figure.
bench_median() { jq -sc "sort_by($1)[length / 2 | floor]"; }

# bench_times JSON: how long answers took, for the reader.
bench_times() {
  jq -r 'def ms: . / 10 | round / 100 | tostring;
    .latency_us | "p50 \(.p50 | ms), p99 \(.p99 | ms), p99.9 \(.p999 | ms) ms"' <<<"$1"
}

# bench_trouble JSON: ", N other answers" when there were any.
bench_trouble() {
  jq -r '(.requests - .good) as $bad | if $bad == 0 then "" else ", \($bad) other answers" end' <<<"$1"
}

# The least that keeping a charge takes: a row of the same content, one a transaction, by as many clients.
bench_baseline_statement="\\set amount random(1, 100000)
insert into baseline_charge (id, amount, status, created_at) values (gen_random_uuid(), :amount, 'PENDING', now());"

# bench_pgbench CLIENTS SECONDS: {"rate", "mean_ms", "seconds"} of a fresh table in the same cluster. The time given to
# pgbench runs while its clients still connect, which its rate leaves out: when that took too much of it, again
# with more.
bench_pgbench() {
  local allowance=$((2 + $1 / 64)) tries report result
  for ((tries = 0; tries < 4; tries++)); do
    bench_fresh_database baseline
    postgres_ask -d baseline -c 'create table baseline_charge (id uuid primary key, amount bigint not null,
      status text not null, created_at timestamptz not null)' -c 'create index on baseline_charge (created_at)'
    report=$(postgres_as_owner "$postgres_bin/pgbench" -n -M prepared -c "$1" -j 1 -T $(($2 + allowance)) -f - \
      -h "$postgres_socket" -U postgres baseline 2>&1 <<<"$bench_baseline_statement") ||
      die "pgbench failed: $(tail -n 1 <<<"$report")"
    result=$(awk -v given=$(($2 + allowance)) -v wanted="$2" '
      /^latency average = [0-9]/ { mean = $4 } /^tps = [0-9]/ { rate = $3 } /^initial connection time/ { connecting = $5 / 1000 }
      END {
        if (!rate || given - connecting < wanted * 0.75) exit 1
        printf "{\"rate\":%s,\"mean_ms\":%s,\"seconds\":%s}\n", rate, mean, given - connecting
      }' <<<"$report") && break
    allowance=$((allowance * 3))
  done
  [[ -n "$result" ]] || die "pgbench with $1 clients does not get to work: too much else is running here"
  printf '%s\n' "$result"
}
