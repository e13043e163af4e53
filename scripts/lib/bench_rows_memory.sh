# Row memory: the memory of remitd when idle, while payments wait, and while clients are only connected. Needs
# bench_rows_complete.sh.
# shellcheck shell=bash

memory_waiting=100000 memory_connections=10000

memory_resident_mb() {
  awk '/^VmRSS:/ { printf "%.2f", $2 * 1024 / 1e6 }' "/proc/$(services_pid remitd)/status"
}

# A conversion that has been submitted and will not be looked at for an hour; prints its id.
memory_waiting_conversion() {
  local id tries
  id=$(curl -sSf --max-time 10 -H 'Content-Type: application/json' -H "Idempotency-Key: memory-$(memory_key)" \
    -d '{"amount":100000,"currency":"USD","source_account":"user123","destination_account":"merchant456",
         "destination_currency":"EUR"}' "http://127.0.0.1:$bench_port/payments" | jq -r .payment_id)
  for ((tries = 0; tries < 100; tries++)); do
    if [[ "$(bench_sql -c "select count(*) from saga where status = 'ONRAMP_PENDING' and lease_owner is null
      and due_at > now() + interval '10 minutes'")" == 1 ]]; then
      printf '%s\n' "$id"
      return
    fi
    sleep 0.1
  done
  die "conversion $id does not come to wait"
}

memory_key() { cat /proc/sys/kernel/random/uuid; }

# Last, since what ten thousand connections needed stays with the process.
memory_of_connections() {
  local peak=0 now open
  bench_load hold --connections "$memory_connections" --seconds "$(bench_seconds 8)" --get /healthz >"$var/hold.json" &
  bench_background=$!
  while kill -0 "$bench_background" 2>/dev/null; do
    now=$(memory_resident_mb)
    peak=$(awk "BEGIN { print ($now > $peak ? $now : $peak) }")
    sleep 0.2
  done
  wait "$bench_background" || die 'the connections could not be held'
  bench_background=''
  open=$(bench_figure "$(<"$var/hold.json")" .whole_run.open_connections)
  bench_record memory.connections "with $open idle connections" MB "$peak" idle "$memory_idle" "$(<"$var/hold.json")"
}

row_memory() {
  local id
  bench_clean_start sandbox engine.poll_interval=1h
  sleep 2
  memory_idle=$(memory_resident_mb)
  bench_record memory.idle 'idle' MB "$memory_idle"
  id=$(memory_waiting_conversion)
  bench_sql -v id="$id" -v count="$memory_waiting" <"$root/bench/fill_waiting.sql"
  # Work beside them makes the engine look at its queue many times.
  bench_load open --rate 100 --connections 8 --seconds 5 --charges >/dev/null
  bench_record memory.waiting "with $memory_waiting waiting conversions" MB "$(memory_resident_mb)" idle "$memory_idle"
  memory_of_connections
  bench_stop remitd sandbox
}
