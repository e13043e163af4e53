# Rows summary and growth, on tables with nothing, a tenth of REMIT_BENCH_FILL and all of it (10 million) in
# them. Filling takes minutes, so when both are asked for they share it. Needs bench_rows_complete.sh.
# shellcheck shell=bash

filled_done=''

# filled_to HAVE WANTED: rows, while remitd is stopped.
filled_to() {
  local began=$SECONDS
  (($2 > $1)) || return 0
  need_disk "$postgres_home" $(($2 / 1500 + 2000))
  bench_sql -v count=$(($2 - $1)) <"$root/bench/fill_charges.sql"
  postgres_ask -d postgres -c checkpoint
  say "    filled to $2 charges in $((SECONDS - began)) s"
}

# summary_ask KEY WHAT PATH SECONDS: asked twenty times a second by one who waits for the answer.
summary_ask() {
  local result
  result=$(bench_load ramp --from 1 --to 1 --pause 0.05 --seconds "$4" --timeout 60 --get "$3")
  # When not all were answered well, no time is told.
  bench_record "$1" "$2: p99$(bench_trouble "$result")" ms \
    "$(bench_figure "$result" 'if .good < .requests or .good == 0 then null else .latency_us.p99 / 1000 end')" \
    '' null "$result"
}

summary_at() {
  local rows=$1 seconds window
  seconds=$(bench_seconds 8)
  bench_load open --rate 1000 --connections 64 --seconds $((2 * seconds + 19)) --charges >"$var/summary.json" &
  bench_background=$!
  # Nothing but this load in the window: what was measured before may have been twenty times as much.
  sleep 17
  window="from=$(contest_time 15000)&to=$(contest_time 0)"
  summary_ask "summary.window.$rows" "a window of 15 s, $rows charges, 1000/s coming in" "/payments-summary?$window" "$seconds"
  summary_ask "summary.whole.$rows" "the whole range, $rows charges, 1000/s coming in" /payments-summary "$seconds"
  wait "$bench_background" || die 'the load beside the summary ended early'
  bench_background=''
}

# Against the same with nothing in the tables, which the first call measures.
growth_at() {
  local rows=$1 accepted
  complete_drain charge "$(bench_seconds 6)"
  accepted=$(bench_figure "$complete_accepted" .rate)
  if ((rows == 0)); then
    growth_accepted=$accepted
    growth_drained=$complete_drained
    return
  fi
  bench_record "growth.accept.$rows" "accepted with $rows rows, 128 connections" charges/s "$accepted" \
    'empty tables' "$growth_accepted" "$complete_accepted"
  bench_record "growth.drain.$rows" "completed with $rows rows" charges/s "$complete_drained" \
    'empty tables' "$growth_drained"
}

filled_rows() {
  local all=${REMIT_BENCH_FILL:-10000000} have=0 level
  [[ -z "$filled_done" ]] || return 0
  filled_done=yes
  bench_clean_start sandbox
  for level in 0 $((all / 10)) "$all"; do
    if ((level > 0)); then
      complete_await charge 0 60 || true
      bench_stop remitd
      filled_to "$have" "$level"
      have=$level
      bench_remitd_start
    fi
    if [[ " ${rows[*]} " == *' growth '* ]]; then growth_at "$level"; fi
    if [[ " ${rows[*]} " == *' summary '* ]] && ((level > 0)); then summary_at "$level"; fi
  done
  bench_stop remitd sandbox
  bench_fresh_database
}

row_summary() { filled_rows; }
row_growth() { filled_rows; }
