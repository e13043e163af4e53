# Row slow-clients: whether idle and slow clients cost the others anything. Needs bench_contest_stack.sh and
# bench_measure.sh.
# shellcheck shell=bash

slow_clients_idle=10000 slow_clients_slow=500
slow_clients_portion=1000 # of the idle, that connect at the same moment

# slow_clients_connected PID…: their sockets, and what else they have open.
slow_clients_connected() {
  local pid total=0 names
  for pid in "$@"; do
    names=("/proc/$pid/fd/"*)
    total=$((total + ${#names[@]}))
  done
  printf '%s\n' "$total"
}

# slow_clients_begin SECONDS PID…: returns when all of them are connected to these processes.
slow_clients_begin() {
  local seconds=$1 tries portion
  shift
  (
    for ((portion = 0; portion < slow_clients_idle / slow_clients_portion; portion++)); do
      bench_load hold --connections "$slow_clients_portion" --seconds "$seconds" --get /healthz >"$var/idle.$portion.json" &
      sleep 0.3
    done
    bench_load trickle --connections "$slow_clients_slow" --seconds "$seconds" --charges >"$var/slow.json" &
    wait
  ) &
  bench_background=$!
  for ((tries = 0; tries < 300; tries++)); do
    (($(slow_clients_connected "$@") < slow_clients_idle + slow_clients_slow * 9 / 10)) || return 0
    sleep 0.1
  done
  die 'the connections do not come to stand'
}

slow_clients_load() {
  bench_load closed --connections 64 --seconds "$1" --warm-up 1 --charges
}

# slow_clients_compare CASE WHAT PID…
slow_clients_compare() {
  local case=$1 what=$2 seconds repeat alone beside folder=$var/slow-clients
  shift 2
  seconds=$(bench_seconds 6)
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 0; repeat < 3; repeat++)); do
    slow_clients_load "$seconds" >>"$folder/alone"
    slow_clients_begin $((seconds + 10)) "$@"
    slow_clients_load "$seconds" >>"$folder/beside"
    wait "$bench_background"
    bench_background=''
  done
  alone=$(bench_median .rate <"$folder/alone")
  beside=$(bench_median .rate <"$folder/beside")
  bench_record "slow-clients.$case" "$what, 64 connections beside $(
    cat "$var"/idle.*.json | jq -s 'map(.whole_run.open_connections) | add') idle and $(
    jq .connections "$var/slow.json") slow: $(bench_times "$beside")$(bench_trouble "$beside")" charges/s \
    "$(bench_figure "$beside" .rate)" alone "$(bench_figure "$alone" .rate)" "$beside"
}

row_slow_clients() {
  bench_clean_start
  slow_clients_compare direct directly "$(services_pid remitd)"
  bench_stop remitd
  contest_start
  # shellcheck disable=SC2046  # numbers
  bench_load_port=$contest_port slow_clients_compare nginx 'through nginx' $(pgrep -P "$(services_pid nginx)")
  contest_stop
  bench_postgres_start
}
