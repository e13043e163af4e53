# Row of wallets: transfers that are due in the same second, and transfers one by one. Needs bench_measure.sh.
# shellcheck shell=bash

wallets_count=10000
wallets_transfers=${REMIT_BENCH_TRANSFERS:-1000000}
wallets_in_batch=1000

# wallets_curl: what its input, a configuration of curl with one "next" a request, is answered; other answers than
# 2xx end the run. Prints the seconds that it took.
wallets_curl() {
  local from till statuses
  from=$(date +%s%N)
  statuses=$(curl --no-progress-meter --parallel --parallel-max 8 --config - | sort | uniq -c)
  till=$(date +%s%N)
  [[ -z "$(awk '$2 !~ /^2/' <<<"$statuses")" ]] || die "not all was accepted: $statuses"
  awk -v ns=$((till - from)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
}

# Lines of the configuration for a POST: PATH, KEY, and data as curl has it.
wallets_request='function request(path, key, data) {
  if (requests++) print "next"
  printf "url = \"http://127.0.0.1:%s%s\"\nheader = \"Content-Type: application/json\"\nheader = \"Idempotency-Key: %s\"\n", port, path, key
  printf "data = \"%s\"\noutput = /dev/null\nwrite-out = \"%%{http_code}\\n\"\n", data
}'

wallets_open() {
  awk -v port="$bench_port" -v count="$wallets_count" "$wallets_request"'BEGIN {
    for (i = 0; i < count; ++i) {
      request("/wallets", sprintf("open-wallet-%06d", i),
        sprintf("{\\\"user_id\\\":\\\"u%06d\\\",\\\"currency\\\":\\\"USD\\\",\\\"opening_balance\\\":100000000}", i))
    }
  }' | wallets_curl >/dev/null
}

# wallets_write_batches FOLDER FROM TO TIME: files of batches; FROM and TO are the number of a wallet, or any.
wallets_write_batches() {
  rm -rf "$1"
  mkdir -p "$1"
  awk -v folder="$1" -v from="$2" -v to="$3" -v time="$4" -v count="$wallets_count" -v all="$wallets_transfers" \
    -v size="$wallets_in_batch" '
    function any(fixed) { return fixed == "any" ? int(rand() * count) : fixed }
    BEGIN {
      srand(1)
      for (batch = 0; batch * size < all; ++batch) {
        file = sprintf("%s/%06d.json", folder, batch)
        printf "{\"transactions\":[" >file
        for (i = 0; i < size; ++i) {
          do {
            a = any(from)
            b = any(to)
          } while (a == b)
          printf "%s{\"from_user_id\":\"u%06d\",\"to_user_id\":\"u%06d\",\"amount\":1,\"execute_at\":\"%s\"}", i ? "," : "", a, b, time >file
        }
        printf "]}" >file
        close(file)
      }
    }'
}

wallets_send_batches() {
  local folder=$1 run=$2
  find "$folder" -name '*.json' | sort | awk -v port="$bench_port" -v run="$run" "$wallets_request"'{
    request("/transactions/batch", sprintf("batch-%s-%06d", run, NR), "@" $0)
  }' | wallets_curl
}

# Processor time of PostgreSQL so far, in ms: of its processes that are alive.
wallets_postgres_ms() {
  local parent
  parent=$(head -n 1 "$postgres_home/data/postmaster.pid")
  # shellcheck disable=SC2046 # numbers
  cat /proc/"$parent"/stat $(pgrep -P "$parent" | sed 's|.*|/proc/&/stat|') 2>/dev/null |
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); sum += $12 + $13 } END { printf "%d\n", sum * 1000 / tick }'
}

# wallets_settle NAME FROM TO: JSON of one run.
wallets_settle() {
  local name=$1 time accepted wal commits cpu late due
  # Long enough for the slowest machine to accept them before they are due.
  due=$(($(date +%s) + 30 + wallets_transfers / 5000))
  time=$(date -u -d "@$due" +%FT%TZ)
  wallets_write_batches "$var/wallets" "$2" "$3" "$time"
  accepted=$(wallets_send_batches "$var/wallets" "$name-$due")
  (($(date +%s) < due)) || die 'the transfers were due before all of them were accepted'
  postgres_ask -d postgres -c checkpoint
  while (($(date +%s) < due)); do sleep 0.1; done
  wal=$(bench_sql -c 'select pg_current_wal_lsn()')
  commits=$(bench_sql -c "select xact_commit from pg_stat_database where datname = 'remit'")
  cpu=$(wallets_postgres_ms)
  while [[ "$(bench_sql -c 'select exists (select from wallet_due)')" == t ]]; do sleep 0.2; done
  bench_check_services
  late=$(bench_sql -c "select extract(epoch from max(posted_at) - '$time') from wallet_posting")
  jq -nc --argjson accepted "$accepted" --argjson late "$late" --argjson all "$wallets_transfers" \
    --argjson wal "$(bench_sql -c "select pg_current_wal_lsn() - '$wal'")" \
    --argjson commits "$(bench_sql -c "select xact_commit - $commits from pg_stat_database where datname = 'remit'")" \
    --argjson cpu "$(($(wallets_postgres_ms) - cpu))" \
    --argjson sizes "$(bench_sql -c "select json_object_agg(relname, pg_total_relation_size(oid)) from pg_class
      where relkind = 'r' and (relname like 'wallet%' or relname like 'event_body%')")" '
    {transfers: $all, accept_rate: ($all / $accepted), settle_s: $late, rate: ($all / $late),
     wal_bytes: ($wal / $all), postgres_us: ($cpu * 1000 / $all), commits: $commits, sizes: $sizes}'
}

# As most systems do it: each transfer is a transaction that locks two rows and inserts two entries.
wallets_one_by_one() {
  bench_fresh_database baseline
  postgres_ask -d baseline -c 'create table account (id int primary key, balance bigint not null check (balance >= 0))' \
    -c "insert into account select i, 100000000 from generate_series(1, $wallets_count) i" \
    -c 'create table transfer (id uuid primary key, at timestamptz not null)' \
    -c 'create table entry (id bigserial primary key, transfer uuid not null, account int not null, amount bigint not null,
      balance_after bigint not null)' -c 'create index on entry (account, id)' -c 'vacuum analyze'
  postgres_as_owner "$postgres_bin/pgbench" -n -M prepared -c 32 -j 1 -T "$(bench_seconds 10)" -f - -h "$postgres_socket" \
    -U postgres baseline <<END | awk '/^tps = [0-9]/ { print $3 }'
\\set a random(1, $wallets_count)
\\set b random(1, $wallets_count)
begin;
select id from account where id in (:a, :b) order by id for update;
insert into transfer values (gen_random_uuid(), now());
with moved as (update account set balance = balance - 1 where id = :a returning id, balance)
  insert into entry (transfer, account, amount, balance_after) select gen_random_uuid(), id, -1, balance from moved;
with moved as (update account set balance = balance + 1 where id = :b returning id, balance)
  insert into entry (transfer, account, amount, balance_after) select gen_random_uuid(), id, 1, balance from moved;
commit;
END
}

# Each transfer alone, which is settled at once.
wallets_single() {
  local result baseline
  baseline=$(bench_pgbench 128 "$(bench_seconds 8)")
  bench_clean_start
  wallets_open
  result=$(bench_load closed --connections 128 --seconds "$(bench_seconds 8)" --warm-up 2 --transfers "$wallets_count")
  bench_record wallets.single "POST /transactions, 128 connections: $(bench_times "$result")$(bench_trouble "$result")" \
    transfers/s "$(bench_figure "$result" .rate)" pgbench "$(bench_figure "$baseline" .rate)" "$result"
}

row_wallets() {
  local result name from to repeat one_by_one what
  one_by_one=$(wallets_one_by_one)
  bench_clean_start
  wallets_open
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    while read -r name from to what; do
      result=$(wallets_settle "$name" "$from" "$to")
      bench_record "wallets.$name" "$wallets_transfers due in one second, $what: $(jq -r '"accepted \(.accept_rate | round)/s, " +
        "\(.postgres_us * 10 | round / 10) us of PostgreSQL and \(.wal_bytes | round) B of WAL each, \(.commits) commits"' <<<"$result")" \
        s "$(bench_figure "$result" .settle_s)" '' null "$result"
      bench_record "wallets.$name.rate" "the same, a second; one by one in SQL, 32 clients" transfers/s \
        "$(bench_figure "$result" .rate)" pgbench "$one_by_one" null
    done <<END
spread any any between $wallets_count wallets
receiver any 0 to one wallet
sender 0 any from one wallet
END
  done
  wallets_single
  bench_stop remitd
}
