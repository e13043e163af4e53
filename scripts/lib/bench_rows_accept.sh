# Rows of acceptance: accept, ceiling, steady, slow-disk. Needs bench_measure.sh and bench_table.sh.
# shellcheck shell=bash

# accept_once MODE CONNECTIONS SECONDS [KEY=VALUE…]: JSON of one measurement on an empty database. MODE alone: no
# processor can be reached, charges only queue up; processing: they are processed meanwhile.
accept_once() {
  local mode=$1 connections=$2 seconds=$3
  shift 3
  if [[ "$mode" == alone ]]; then bench_clean_start "$@"; else bench_clean_start sandbox "$@"; fi
  bench_load closed --connections "$connections" --seconds "$seconds" --warm-up 2 --charges
  bench_stop remitd sandbox
}

accept_at() {
  local connections=$1 seconds repeat mode baseline result
  seconds=$(bench_seconds 8)
  local folder=$var/accept
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    bench_pgbench "$connections" "$seconds" >>"$folder/baseline"
    for mode in alone processing; do accept_once "$mode" "$connections" "$seconds" >>"$folder/$mode"; done
  done
  baseline=$(bench_median .rate <"$folder/baseline")
  for mode in alone processing; do
    result=$(bench_median .rate <"$folder/$mode")
    bench_record "accept.$mode.$connections" \
      "$mode, $connections connections: $(bench_times "$result")$(bench_trouble "$result")" charges/s \
      "$(bench_figure "$result" .rate)" pgbench "$(bench_figure "$baseline" .rate)" "$result"
  done
  if [[ -n "$(bench_target "accept.processing.$connections.p99")" ]]; then
    bench_record "accept.processing.$connections.p99" "p99 of that, against the mean of pgbench" ms \
      "$(bench_figure "$result" '.latency_us.p99 / 1000')" mean "$(bench_figure "$baseline" .mean_ms)"
  fi
}

row_accept() {
  local connections
  for connections in 32 128 512; do accept_at "$connections"; done
}

# The same load on /healthz and on the least that a Beast server can do, each on the first processor.
row_ceiling() {
  local seconds repeat port result floor
  local folder=$var/ceiling
  [[ "$(nproc)" -ge 2 ]] || die 'ceiling needs two processors: one for the server, one for the load'
  rm -rf "$folder"
  mkdir -p "$folder"
  seconds=$(bench_seconds 5)
  bench_pin=(taskset -c 0) bench_load_pin=(taskset -c 1)
  bench_clean_start
  port=$(free_ports $((bench_port + 1)) 1)
  service_start beast-floor "${bench_pin[@]}" "$bench_tools/beast-floor" "$port"
  service_wait beast-floor 10 port_taken "$port"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    bench_load_port=$port bench_load closed --connections 64 --seconds "$seconds" --warm-up 1 --get /healthz >>"$folder/floor"
    bench_load closed --connections 64 --seconds "$seconds" --warm-up 1 --get /healthz >>"$folder/remit"
  done
  bench_pin=() bench_load_pin=()
  bench_stop beast-floor remitd
  result=$(bench_median .rate <"$folder/remit")
  floor=$(bench_median .rate <"$folder/floor")
  bench_record ceiling.healthz "GET /healthz, 64 connections, one processor: $(bench_times "$result")" requests/s \
    "$(bench_figure "$result" .rate)" beast-floor "$(bench_figure "$floor" .rate)" "$result"
}

# A constant 1000 charges a second; beside it the same against the least server, which is what the
# generator and the machine add by themselves.
row_steady() {
  local seconds port result floor figure
  seconds=$(bench_seconds 20)
  bench_clean_start sandbox
  result=$(bench_load open --rate 1000 --connections 64 --seconds "$seconds" --warm-up 2 --charges)
  bench_stop remitd sandbox
  port=$(free_ports $((bench_port + 1)) 1)
  service_start beast-floor "$bench_tools/beast-floor" "$port"
  service_wait beast-floor 10 port_taken "$port"
  floor=$(bench_load_port=$port bench_load open --rate 1000 --connections 64 --seconds "$seconds" --charges --expect 200)
  bench_stop beast-floor
  for figure in p50 p99 p999; do
    bench_record "steady.$figure" "1000 charges/s, 64 connections: ${figure/999/99.9}$(bench_trouble "$result")" ms \
      "$(bench_figure "$result" ".latency_us.$figure / 1000")" \
      beast-floor "$(bench_figure "$floor" ".latency_us.$figure / 1000")" "$result"
  done
}

# PostgreSQL on a disk whose flushes take 2 ms longer. With 512 requests always outstanding a rate of R means
# a mean of 512/R seconds; how long an answer takes at the rate asked for is therefore measured at that rate.
row_slow_disk() {
  local seconds result shim
  seconds=$(bench_seconds 8)
  postgres_stop
  # Where the owner of the cluster can read it.
  shim=$postgres_home/libslow-flush.so
  install -m 0755 "$bench_tools/libslow-flush.so" "$shim"
  postgres_environment=("LD_PRELOAD=$shim" "REMIT_FLUSH_DELAY_US=${REMIT_FLUSH_DELAY_US:-2000}")
  bench_postgres_start
  accept_once alone 512 "$seconds" >"$var/slow-disk.json"
  result=$(<"$var/slow-disk.json")
  bench_record slow-disk.rate "flushes 2 ms late, 512 connections: $(bench_times "$result")$(bench_trouble "$result")" \
    charges/s "$(bench_figure "$result" .rate)" '' null "$result"
  bench_clean_start
  result=$(bench_load open --rate 10000 --connections 512 --seconds "$seconds" --warm-up 2 --charges)
  bench_stop remitd
  # shellcheck disable=SC2034  # for postgres.sh
  postgres_environment=()
  bench_postgres_start
  bench_record slow-disk.p99 "the same at 10000 charges/s: p99 ($(bench_figure "$result" '.rate | round')/s came through)" \
    ms "$(bench_figure "$result" '.latency_us.p99 / 1000')" '' null "$result"
}
