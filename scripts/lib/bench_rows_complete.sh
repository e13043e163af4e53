# Rows complete and overload: how many payments a second are completed. Needs bench_measure.sh, bench_table.sh and
# bench_rows_accept.sh.
#
# complete: first the drain rate of a backlog is measured, while nothing arrives. Then payments arrive at a constant
# rate, which is lowered until the queue no longer grows: the sustained rate.
#
# overload: payments arrive at shares of the rate that is accepted alone. The completion rate is compared with the
# share of the drain rate that acceptance leaves.
# shellcheck shell=bash

complete_connections=128

# complete_sample KIND: prints "SECONDS QUEUE COMPLETED" by the database's clock.
complete_sample() {
  bench_sql -F ' ' -c "select extract(epoch from clock_timestamp()),
    (select count(*) from saga_work where kind = '$1'),
    (select count(*) from saga where kind = '$1' and status = 'COMPLETED')"
}

# complete_await KIND LENGTH SECONDS: until the queue is no longer than that; leaves the sample in complete_last.
complete_await() {
  local until=$((SECONDS + $3)) queue
  while :; do
    complete_last=$(complete_sample "$1")
    read -r _ queue _ <<<"$complete_last"
    ((queue > $2)) || return 0
    ((SECONDS < until)) || return 1
    sleep 0.3
  done
}

# complete_drain KIND SECONDS: accepts for so long, then leaves in complete_drained how many a second were completed
# while nothing arrived, and the load's JSON in complete_accepted.
complete_drain() {
  local kind=$1 began queue first_completed ended completed
  complete_accepted=$(bench_load closed --connections "$complete_connections" --seconds "$2" "--${kind}s")
  read -r began queue first_completed < <(complete_sample "$kind")
  complete_await "$kind" $((queue / 20)) 120 || die "the queue of ${kind}s does not drain; see $var/log/remitd.log"
  read -r ended _ completed <<<"$complete_last"
  # When nearly all was completed as it arrived, that is the rate.
  complete_drained=$(awk -v n=$((completed - first_completed)) -v t="$(awk "BEGIN { print $ended - $began }")" \
    -v queue="$queue" -v accepted="$(bench_figure "$complete_accepted" .rate)" \
    'BEGIN { printf "%.1f", queue < accepted / 2 ? accepted : n / t }')
}

# complete_least KIND UNTIL: of samples until then, by EPOCHREALTIME in microseconds, the one with the shortest queue:
# a delayed flush makes a queue for a moment. None is begun later: without its load a queue drains.
complete_least() {
  local least='' sample queue shortest=''
  while :; do
    sample=$(complete_sample "$1")
    read -r _ queue _ <<<"$sample"
    if [[ -z "$least" ]] || ((queue < shortest)); then least=$sample shortest=$queue; fi
    ((${EPOCHREALTIME/[.,]/} + 200000 < $2)) || break
    sleep 0.2
  done
  printf '%s\n' "$least"
}

# complete_at KIND RATE SECONDS WARM_UP: whether the queue, at its shortest in the last tenth of the time, is no
# longer than in the tenth before the half, a fifth of a second's arrivals apart. The time begins after a warm-up, in
# which the usual number of payments in progress builds up. Leaves completed payments per second in between in
# complete_sustained.
complete_at() {
  local kind=$1 rate=$2 seconds=$3 warm_up=$4 result=$var/complete.json
  local start tenth began ended queue more completed total
  complete_await "$kind" 10 120 || return 1
  start=$((${EPOCHREALTIME/[.,]/} + warm_up * 1000000)) tenth=$((seconds * 100000))
  bench_load open --rate "$rate" --connections "$complete_connections" --warm-up "$warm_up" --seconds "$seconds" \
    "--${kind}s" >"$result" &
  bench_background=$!
  sleep "$(awk "BEGIN { print $warm_up + $seconds * 0.4 }")"
  read -r began queue completed < <(complete_least "$kind" $((start + 5 * tenth)))
  sleep "$(awk "BEGIN { print $seconds * 0.4 }")"
  read -r ended more total < <(complete_least "$kind" $((start + 10 * tenth)))
  wait "$bench_background" || die "the load of ${kind}s ended early"
  bench_background=''
  complete_sustained=$(awk "BEGIN { printf \"%.1f\", ($total - $completed) / ($ended - $began) }")
  complete_load=$(<"$result")
  say "    at $rate/s: $complete_sustained/s completed, queue $queue at the half, $more at the end"
  awk -v queue="$queue" -v more="$more" -v rate="$rate" -v seconds=$((warm_up + seconds)) \
    -v good="$(bench_figure "$complete_load" .whole_run.good)" \
    'BEGIN { exit !(more <= queue + rate / 5 && good >= 0.98 * rate * seconds) }'
}

# complete_kind KIND BACKLOG_SECONDS PROBE_SECONDS WARM_UP [KEY=VALUE…]: a warm-up must be longer than a payment takes.
complete_kind() {
  local kind=$1 backlog=$2 probe=$3 warm_up=$4 seconds rate tries found=
  seconds=$(bench_seconds 20)
  shift 4
  bench_clean_start sandbox "$@"
  complete_drain "$kind" "$backlog"
  bench_record "complete.$kind-drain" "${kind}s: drain of a backlog, nothing coming in" "${kind}s/s" "$complete_drained" \
    pgbench "$complete_baseline" "$complete_accepted"
  rate=$(awk "BEGIN { printf \"%d\", $complete_drained * 0.8 }")
  for ((tries = 0; tries < 10; tries++)); do
    if complete_at "$kind" "$rate" "$probe" "$warm_up" && complete_at "$kind" "$rate" "$seconds" "$warm_up"; then
      found=yes
      break
    fi
    rate=$((rate * 93 / 100))
  done
  bench_stop remitd sandbox
  [[ -n "$found" ]] || complete_sustained=0
  bench_record "complete.${kind}s" "${kind}s: $rate/s coming in for $seconds s, queue not growing" "${kind}s/s" \
    "$complete_sustained" pgbench "$complete_baseline" "$complete_load"
}

row_complete() {
  local baseline
  baseline=$(bench_pgbench "$complete_connections" "$(bench_seconds 8)")
  complete_baseline=$(bench_figure "$baseline" .rate)
  complete_kind charge 5 6 1
  complete_kind conversion 5 8 12 engine.poll_interval=1s
}

row_overload() {
  local seconds alone share rate
  seconds=$(bench_seconds 20)
  alone=$(bench_figure "$(accept_once alone "$complete_connections" "$(bench_seconds 8)")" .rate)
  bench_clean_start sandbox
  complete_drain charge 5
  bench_record overload.drain "drain of a backlog, nothing coming in; accepted alone: ${alone%.*}/s" charges/s \
    "$complete_drained" '' null "$complete_accepted"
  for share in 0.2 0.4 0.6 0.8; do
    rate=$(awk "BEGIN { printf \"%d\", $alone * $share }")
    complete_await charge 10 300 || die "the queue of charges does not drain; see $var/log/remitd.log"
    complete_at charge "$rate" "$seconds" 1 || true
    bench_record "overload.$share" "$rate/s coming in, $share of what is accepted alone: $(bench_times "$complete_load")" \
      charges/s "$complete_sustained" 'left over' "$(awk "BEGIN { print $complete_drained * (1 - $share) }")" "$complete_load"
  done
  bench_stop remitd sandbox
}
