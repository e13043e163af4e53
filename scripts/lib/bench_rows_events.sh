# Row events: what telling costs, how late events come, and ten thousand that listen. Needs bench_rows_complete.sh and
# bench_rows_memory.sh.
# shellcheck shell=bash

events_sockets=${REMIT_BENCH_SOCKETS:-10000} events_followers=100

# events_follow NAME OPTION…: returns when they follow; NAME.json has what came of it, once events_await has returned.
events_follow() {
  local name=$1 tries
  shift
  rm -f "$var/log/$name.log" # what an earlier one said
  "$bench_tools/remit-follow" --port "$bench_port" "$@" >"$var/$name.json" 2>"$var/log/$name.log" 9>&- &
  bench_background=$!
  for ((tries = 0; tries < 1200; tries++)); do
    if grep -qs following "$var/log/$name.log"; then return 0; fi
    kill -0 "$bench_background" 2>/dev/null || break
    sleep 0.1
  done
  last_lines "$var/log/$name.log"
  die 'the sockets do not come to follow'
}

events_await() {
  wait "$bench_background" || die 'the followers ended early'
  bench_background=''
}

events_end() {
  local follower=$bench_background
  bench_end_background
  wait "$follower" 2>/dev/null || true
}

# events_cost MODE: what is accepted while it is completed, and then the drain, as JSON. MODE before: by the programs of
# REMIT_BENCH_BEFORE, which have no events; none: nothing follows; everything: followers of all events; one: followers of
# one payment each.
events_cost() {
  local mode=$1 now=$bin
  bench_stop remitd sandbox
  bench_fresh_database
  bench_sandbox_start
  [[ "$mode" != before ]] || bin=$REMIT_BENCH_BEFORE
  bench_remitd_start
  bin=$now
  case $mode in
    everything) events_follow "events-$mode" --sockets "$events_followers" --seconds 600 ;;
    one) events_follow "events-$mode" --sockets "$events_followers" --numbered 7 --seconds 600 ;;
  esac
  complete_drain charge "$(bench_seconds 5)"
  [[ -z "$bench_background" ]] || events_end
  bench_stop remitd sandbox
  jq -nc --argjson accepted "$complete_accepted" --argjson drained "$complete_drained" \
    '{accepted: $accepted.rate, $drained, raw: $accepted}'
}

# events_compare CASE WHAT FILE BASELINE FILE
events_compare() {
  local figure what one other
  for figure in accepted drained; do
    [[ "$figure" == accepted ]] && what='accepted while processing, 128 connections' || what='drain of a backlog'
    one=$(bench_median ".$figure" <"$3")
    other=$(bench_median ".$figure" <"$5")
    bench_record "events.$1.$figure" "$2: $what" charges/s "$(bench_figure "$one" ".$figure")" "$4" \
      "$(bench_figure "$other" ".$figure")" "$one"
  done
}

events_costs() {
  local repeat mode folder=$var/events
  local -a modes=(none everything one)
  [[ -z "${REMIT_BENCH_BEFORE:-}" ]] || modes=(before "${modes[@]}")
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    for mode in "${modes[@]}"; do events_cost "$mode" >>"$folder/$mode"; done
  done
  if [[ -n "${REMIT_BENCH_BEFORE:-}" ]]; then
    events_compare none 'nothing follows' "$folder/none" 'without events' "$folder/before"
  fi
  events_compare everything "$events_followers sockets follow everything" "$folder/everything" 'nothing follows' "$folder/none"
  events_compare one "$events_followers sockets follow one payment each" "$folder/one" 'nothing follows' "$folder/none"
}

# events_late CASE RATE CONNECTIONS: how late events come to one who follows them, at that rate of charges; beside it, how
# late the answers to the charges came.
events_late() {
  local seconds repeat figure result answers folder=$var/events.$1
  seconds=$(bench_seconds 15)
  rm -f "$folder" "$folder.answers"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    bench_clean_start sandbox
    events_follow "events-$1" --sockets 1 --warm-up 3 --seconds "$seconds"
    bench_load open --rate "$2" --connections "$3" --seconds $((seconds + 3)) --charges >>"$folder.answers"
    events_await
    cat "$var/events-$1.json" >>"$folder"
    bench_stop remitd sandbox
  done
  for figure in p50 p99; do
    result=$(bench_median ".latency_us.$figure" <"$folder")
    answers=$(bench_median ".latency_us.$figure" <"$folder.answers")
    bench_record "events.$1.$figure" "$2 charges/s, $(bench_figure "$result" '.rate | round') events/s: $figure" ms \
      "$(bench_figure "$result" ".latency_us.$figure / 1000")" answers \
      "$(bench_figure "$answers" ".latency_us.$figure / 1000")" "$result"
  done
}

# events_listen NAME RUN OPTION…: sockets of which each follows one charge; 500 charges/s, two events each. Leaves in
# events_memory how many kB of remitd each takes.
events_listen() {
  local name=$1 run=$2 seconds=$((events_sockets / 500)) before after
  shift 2
  bench_clean_start sandbox
  sleep 1
  before=$(memory_resident_mb)
  events_follow "$name" --sockets "$events_sockets" --numbered "$run" --warm-up 1 --seconds $((seconds + 2)) "$@"
  after=$(memory_resident_mb)
  events_memory=$(awk "BEGIN { print ($after - $before) * 1000 / $events_sockets }")
  bench_load open --rate 500 --connections 64 --seconds "$seconds" --charges --numbered "$run" >/dev/null
  events_await
  bench_stop remitd sandbox
}

events_many() {
  local repeat with without name folder=$var/events.many
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 1; repeat <= bench_repeat; repeat++)); do
    events_listen events-stalled $((repeat * 2)) --stalled 1
    events_listen events-many $((repeat * 2 + 1))
    for name in stalled many; do cat "$var/events-$name.json" >>"$folder/$name"; done
  done
  without=$(bench_median .latency_us.p99 <"$folder/many")
  with=$(bench_median .latency_us.p99 <"$folder/stalled")
  bench_record events.sockets.memory "each of $events_sockets sockets" kB "$events_memory" '' null "$without"
  bench_record events.sockets.p99 "$events_sockets sockets, $(
    bench_figure "$without" '.rate | round') events/s, each for one of them: p99" ms \
    "$(bench_figure "$without" '.latency_us.p99 / 1000')" '' null "$without"
  bench_record events.sockets.stalled "the same beside one that follows everything and reads nothing ($(
    bench_figure "$with" .stalled_ended) closed): p99" ms "$(bench_figure "$with" '.latency_us.p99 / 1000')" \
    'without it' "$(bench_figure "$without" '.latency_us.p99 / 1000')" "$with"
}

row_events() {
  events_costs
  events_late idle 20 4
  events_late busy 1000 64
  events_many
}
