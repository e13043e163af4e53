# Rows contest and contest-final: the load, the checks and the score of the public contest.
# Needs bench_contest_stack.sh, bench_contest_profile.sh, bench_measure.sh and bench_table.sh.
# shellcheck shell=bash

contest_purge() {
  local number
  contest_admin POST "http://127.0.0.1:$contest_port/purge-payments" >/dev/null
  for number in 0 1; do
    contest_admin POST "http://127.0.0.1:$((bench_sandbox_port + number))/admin/purge-payments" >/dev/null
  done
}

# contest_sleep_until SECOND: of the contest, by the clock, however long the work before took.
contest_sleep_until() {
  local left=$((${contest_began/[.,]/} + $1 * 1000000 - ${EPOCHREALTIME/[.,]/}))
  ((left <= 0)) || sleep "$((left / 1000000)).$(printf '%06d' $((left % 1000000)))"
}

# contest_watch SECONDS CHANGES: makes the changes in their seconds and fetches the books every ten. What can be done
# later is left until then: the processors are shared with what is measured.
contest_watch() {
  local seconds=$1 second line
  local -A changes=()
  rm -rf "$var/books"
  mkdir -p "$var/books"
  while read -r second line; do [[ -z "$second" ]] || changes[$second]="$second $line"; done <<<"$2"
  for ((second = 1; second < seconds; second++)); do
    contest_sleep_until "$second"
    if [[ -n "${changes[$second]:-}" ]]; then contest_change "${changes[$second]}"; fi
    ((second % 10)) || contest_fetch_books "$var/books/$second" 15000 2000 || rm -rf "$var/books/$second/remit"
  done
}

# contest_compare SECONDS: of the books fetched every ten, how much they differ. Leaves contest_inconsistencies.
contest_compare() {
  local second books
  contest_inconsistencies=0
  for ((second = 10; second < $1; second += 10)); do
    if books=$(contest_books "$var/books/$second" 2>/dev/null); then
      contest_inconsistencies=$((contest_inconsistencies + $(contest_difference "$books")))
    else
      say "    second $second: a summary was not answered" >&2
      contest_inconsistencies=$((contest_inconsistencies + 1))
    fi
  done
}

# contest_score BOOKS P99_MS INCONSISTENCIES: as the contest counts.
contest_score() {
  jq -c --argjson p99 "$2" --argjson bad "$3" '
    (.remit.default.totalAmount + .remit.fallback.totalAmount) as $amount
    | (.remit.default.totalAmount * .default.feePerTransaction
       + .remit.fallback.totalAmount * .fallback.feePerTransaction) as $fees
    | ($amount - $fees) as $liquid
    | {amount: $amount, fees: $fees, liquid: $liquid, bonus: ($liquid * ([0, (11 - $p99) * 0.02] | max)),
       penalty: (if $bad > 0 then $liquid * 0.35 else 0 end)}
    | .score = .liquid + .bonus - .penalty' <<<"$1"
}

# With healthy processors everything that was accepted must be completed within a minute, once, in all three books.
# Leaves contest_lost, contest_double and contest_mismatch.
contest_settle() {
  local accepted=$1 until=$((SECONDS + 60)) total completed books number
  contest_change '0 0 false 0 false'
  while :; do
    read -r total completed < <(bench_sql -F ' ' -c "select count(*), count(*) filter (where status = 'COMPLETED')
      from saga where kind = 'charge'")
    ((completed < total && SECONDS < until)) || break
    sleep 1
  done
  contest_lost=$((total - completed + (accepted > total ? accepted - total : 0)))
  contest_fetch_books "$var/books/after" 3600000 0 || die 'the summaries cannot be read after the load'
  books=$(contest_books "$var/books/after")
  contest_mismatch=$(contest_difference "$books")
  for number in 0 1; do
    curl -sSf --max-time 20 -H 'X-Rinha-Token: 123' "http://127.0.0.1:$((bench_sandbox_port + number))/admin/books" |
      jq -r '.records[].operation_id' | sort >"$var/books/ids-$number"
  done
  contest_double=$(comm -12 "$var/books/ids-0" "$var/books/ids-1" | wc -l)
}

contest_report() {
  local row=$1 load=$2 score=$3 books=$4 lag=$5 p99
  p99=$(bench_figure "$load" '.latency_us.p99 / 1000')
  bench_record "$row.score" "score ($(jq -r '"liquid \(.liquid | round), bonus \(.bonus | round), penalty \(.penalty | round)"' <<<"$score"))" \
    points "$(bench_figure "$score" .score)" '' null "$score"
  bench_record "$row.p99" "p99 of accepted POST /payments ($(bench_times "$load"))" ms "$p99" '' null "$load"
  bench_record "$row.accepted" "accepted (otherwise answered: $(bench_figure "$load" '.requests - .good'))" charges \
    "$(bench_figure "$load" .whole_run.good)"
  bench_record "$row.default" 'processed by default, within the window' charges "$(bench_figure "$books" .remit.default.totalRequests)"
  bench_record "$row.fallback" 'processed by fallback, within the window' charges "$(bench_figure "$books" .remit.fallback.totalRequests)"
  bench_record "$row.lag" 'accepted and not yet processed at the end' charges "$lag"
  bench_record "$row.inconsistencies" 'differences between the books while it ran' charges "$contest_inconsistencies"
  bench_record "$row.lost" 'accepted and not completed a minute later' charges "$contest_lost"
  bench_record "$row.double" 'in the books of both processors' charges "$contest_double"
  bench_record "$row.mismatch" 'difference between the books afterwards' charges "$contest_mismatch"
  bench_record "$row.memory" 'resident memory of all, peak' MB "$(contest_peak_mb)"
  bench_record "$row.group" 'memory of the control group, files included, peak' MB "$contest_group_peak"
  bench_record "$row.throttled" 'waited for processor time' s "$contest_throttled"
}

# contest_policy NAME END: the settings of a policy of routing, for a contest that ends at that second.
#   patient        waits for the cheaper processor as long as the end allows (charge.cut_off), but for none whose calls
#                  take so long that the books differ when they are compared (charge.latency_budget)
#   always-cheap   waits for it, whatever happens
# first-healthy  never waits
contest_policy() {
  case $1 in
    patient) printf 'charge.cut_off=%s charge.latency_budget=1500ms' "$(date -u -d "@$2" +%H:%M:%S)" ;;
    always-cheap) printf 'charge.deadline=720h' ;;
    first-healthy) printf 'charge.deadline=0s' ;;
  esac
}

# Between the start of the programs and that of the load.
contest_head_start=15

# contest_run ROW POLICY SECONDS USERS CHANGES
contest_run() {
  local row=$1 policy=$2 seconds=$3 users=$4 changes=$5 load books score accepted begins
  begins=$((EPOCHSECONDS + contest_head_start))
  contest_given_set=${contest_given_set-${REMIT_BENCH_SET:-}}
  # Not exported: remitd would take it for a setting.
  REMIT_BENCH_SET="$contest_given_set $(contest_policy "$policy" $((begins + seconds)))"
  contest_start
  contest_purge
  ((EPOCHSECONDS < begins)) || die 'the programs of the contest took too long to start'
  contest_began=$begins.000000
  contest_sleep_until 0
  contest_began=$EPOCHREALTIME
  bench_load_port=$contest_port bench_load ramp --from 1 --to "$users" --seconds "$seconds" --pause 1 --charges \
    >"$var/contest.json" &
  bench_background=$!
  contest_watch "$seconds" "$changes"
  contest_sleep_until "$seconds"
  contest_fetch_books "$var/books/end" $(((seconds + 10) * 1000)) 0 || die 'the summaries cannot be read at the end'
  wait "$bench_background" || die 'the load of the contest ended early'
  bench_background=''
  load=$(<"$var/contest.json")
  books=$(contest_books "$var/books/end")
  contest_compare "$seconds"
  accepted=$(bench_figure "$load" .whole_run.good)
  contest_throttled=$(cgroup_throttled_seconds)
  contest_group_peak=$(cgroup_memory_peak_mb)
  score=$(contest_score "$books" "$(bench_figure "$load" '.latency_us.p99 / 1000')" "$contest_inconsistencies")
  contest_settle "$accepted"
  contest_report "$row" "$load" "$score" "$books" \
    $((accepted - $(jq '.remit.default.totalRequests + .remit.fallback.totalRequests' <<<"$books")))
  contest_stop
  bench_postgres_start
}

# A shorter or longer run has the same changes, cut off or their last one lasting.
contest_run_preview() { contest_run "$1" "$2" "$(bench_seconds 60)" 550 "$contest_preview"; }
contest_run_final() { contest_run "$1" "$2" "$(bench_seconds 300)" 603 "$contest_final"; }
row_contest() { contest_run_preview contest patient; }
row_contest_final() { contest_run_final contest-final patient; }

# contest_run_policies FUNCTION ROW: the same under each policy, one after the other.
contest_run_policies() {
  local policy
  for policy in first-healthy always-cheap patient; do "$1" "$2-$policy" "$policy"; done
}
row_contest_policies() { contest_run_policies contest_run_preview contest; }
row_contest_final_policies() { contest_run_policies contest_run_final contest-final; }
