# Row auth: what knowing the caller costs, and what a limited client costs the others. Needs bench_measure.sh
# and bench_table.sh.
# shellcheck shell=bash

auth_make_key() { "$bin/remitd" keys create --config "$var/remit.toml" --scopes payments:write --quiet "$@"; }

# auth_once keys|none SECONDS: charges that only queue up, 64 connections, on an empty database.
auth_once() {
  local mode=$1 seconds=$2
  local -a shown=()
  bench_clean_start "auth.mode=$mode"
  [[ "$mode" == none ]] || shown=(--key "$(auth_make_key)")
  bench_load closed --connections 64 --seconds "$seconds" --warm-up 2 --charges "${shown[@]}"
  bench_stop remitd
}

# auth_beside SECONDS PACE: the same with keys, beside a client that is refused so many requests a second.
auth_beside() {
  local seconds=$1 pace=$2 key limited
  bench_clean_start auth.mode=keys
  key=$(auth_make_key)
  limited=$(auth_make_key --requests-per-second 1)
  bench_load open --rate "$pace" --connections 8 --seconds $((seconds + 2)) --charges --expect 429 --key "$limited" \
    >"$var/limited.json" &
  bench_background=$!
  bench_load closed --connections 64 --seconds "$seconds" --warm-up 2 --charges --key "$key"
  wait "$bench_background"
  bench_background=''
  bench_stop remitd
}

row_auth() {
  local seconds repeat mode on off beside folder=$var/auth
  seconds=$(bench_seconds 8)
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    for mode in none keys; do auth_once "$mode" "$seconds" >>"$folder/$mode"; done
    auth_beside "$seconds" 1000 >>"$folder/beside"
  done
  on=$(bench_median .rate <"$folder/keys")
  off=$(bench_median .rate <"$folder/none")
  beside=$(bench_median .rate <"$folder/beside")
  bench_record auth.keys "with API keys, 64 connections: $(bench_times "$on")$(bench_trouble "$on")" charges/s \
    "$(bench_figure "$on" .rate)" 'without' "$(bench_figure "$off" .rate)" "$on"
  bench_record auth.limited \
    "beside a client that is refused $(jq '.rate | round' "$var/limited.json") times a second: $(bench_times "$beside")$(bench_trouble "$beside")" \
    charges/s "$(bench_figure "$beside" .rate)" 'alone' "$(bench_figure "$on" .rate)" "$beside"
  bench_record auth.limited.p99 "its own p99" ms "$(jq '.latency_us.p99 / 1000' "$var/limited.json")"
}
