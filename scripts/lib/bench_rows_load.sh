# Row load: what is accepted and completed, and how long answers take, while charges arrive at a fixed rate.
# Writes bench/results/load.jsonl and draws docs/images/load.svg from it. Needs bench_rows_complete.sh.
# shellcheck shell=bash

load_connections=128
load_rates=(500 1000 2000 4000 6000 8000 10000 12500 15000 20000 25000 30000 40000 50000)

# load_at RATE SECONDS: JSON of one rate on an empty database. The completion rate is that of the measured time alone.
load_at() {
  local rate=$1 seconds=$2 result=$var/load.json began completed ended total
  bench_clean_start sandbox
  bench_load open --rate "$rate" --connections "$load_connections" --warm-up 2 --seconds "$seconds" --charges >"$result" &
  bench_background=$!
  sleep 2
  read -r began _ completed < <(complete_sample charge)
  sleep "$(awk "BEGIN { print $seconds - 0.5 }")"
  read -r ended _ total < <(complete_sample charge)
  wait "$bench_background" || die "the load at $rate/s ended early"
  bench_background=''
  bench_stop remitd sandbox
  jq -c --argjson offered "$rate" --argjson seconds "$(awk "BEGIN { print $ended - $began }")" \
    --argjson completed $((total - completed)) '
    def ms: . / 10 | round / 100;
    {offered: $offered, accepted: .rate, completed: ($completed / $seconds * 10 | round / 10),
     p50_ms: (.latency_us.p50 | ms), p99_ms: (.latency_us.p99 | ms), load: .}' "$result"
}

# Until less than two thirds of a rate is accepted: a higher one would tell nothing new.
row_load() {
  local seconds rate baseline line before results=$var/load.jsonl kept=$root/bench/results/load.jsonl
  seconds=$(bench_seconds 10)
  before=$(cut -d ' ' -f 1 /proc/loadavg)
  baseline=$(bench_pgbench "$load_connections" "$seconds")
  jq -nc --argjson pgbench "$(bench_figure "$baseline" .rate)" --argjson connections "$load_connections" \
    --argjson seconds "$seconds" --argjson load_average_before "$before" --arg note "${REMIT_BENCH_NOTE:-}" '
    {at: (now | todate), $pgbench, $connections, $seconds, $load_average_before, $note}' >"$results"
  for rate in "${load_rates[@]}"; do
    line=$(load_at "$rate" "$seconds")
    printf '%s\n' "$line" >>"$results"
    bench_record "load.$rate" "$rate charges/s arrive: $(bench_times "$(bench_figure "$line" .load)"), $(
      bench_figure "$line" '.completed | round')/s completed" charges/s "$(bench_figure "$line" .accepted)" \
      pgbench "$(bench_figure "$baseline" .rate)" "$line"
    [[ "$(bench_figure "$line" '.accepted * 3 > .offered * 2')" == true ]] || break
  done
  cp "$results" "$kept"
  jq -nr --slurpfile lines "$kept" -f "$root/bench/draw_load.jq" >"$root/docs/images/load.svg"
  say "    written: bench/results/load.jsonl, docs/images/load.svg"
}
