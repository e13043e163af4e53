# What is measured, and what it needs: PostgreSQL, the sandbox and remitd, on loopback and on free ports.
# Needs ui.sh, ports.sh, postgres.sh, services.sh, `root`, `var` and `bin`, the folder of the programs under test.
# shellcheck shell=bash

bench_tools=$root/build/release/bench
bench_port='' bench_sandbox_port=''
bench_pin=() # put before the next server: taskset and its processors

bench_choose_ports() {
  bench_sandbox_port=$(free_ports 18101 9)
  bench_port=$(free_ports 19999 1)
}

# bench_postgres_start: durable, as postgres.sh has it, with room for the connections of pgbench.
# Checkpoints come when a measurement asks for one, not in the middle of it.
bench_postgres_start() {
  postgres_stop
  # shellcheck disable=SC2034  # for postgres.sh
  postgres_more_settings=('max_connections = 600' 'shared_buffers = 2GB' 'max_wal_size = 8GB'
    'checkpoint_timeout = 30min')
  postgres_prepare "$var/postgres"
  postgres_start
}

# As the owner of the tables.
bench_sql() { postgres_as_owner "$postgres_bin/psql" -X -q -t -A -v ON_ERROR_STOP=1 "$postgres_url" "$@"; }

# bench_fresh_database [NAME]: with nothing in it, and nothing left to write out from before.
bench_fresh_database() {
  local name=${1:-remit}
  postgres_ask -d postgres -c 'set client_min_messages = warning' -c "drop database if exists $name with (force)" \
    -c "create database $name owner remit" -c checkpoint
}

bench_provider() {
  printf '\n[[provider]]\nkind = "%s"\nname = "%s"\nrole = "%s"\nurl = "http://127.0.0.1:%s"\n' "$1" "$2" "$3" \
    $((bench_sandbox_port + $4))
  [[ -z "${5:-}" ]] || printf 'fee = %s\n' "$5"
}

bench_write_configuration() {
  printf '[database]\nurl = "%s"\n\n[auth]\nmode = "none"\n\n[charge]\nallow_purge = true\n' "$postgres_url"
  printf '\n[server]\nmax_connections = 20000\n'
  bench_provider processor default default 0 '{ percent = "5.0", fixed = 0 }'
  bench_provider processor fallback fallback 1 '{ percent = "15.0", fixed = 0 }'
  bench_provider onramp onramp-a default 2 '{ percent = "1.0", fixed = 50 }'
  bench_provider onramp onramp-b fallback 3 '{ percent = "1.0", fixed = 50 }'
  bench_provider offramp offramp-a default 4 '{ percent = "1.5", fixed = 75 }'
  bench_provider offramp offramp-b fallback 5 '{ percent = "1.5", fixed = 75 }'
  bench_provider rates rates default 7
}

bench_sandbox_start() {
  service_start sandbox "$bin/remit-sandbox" --base-port "$bench_sandbox_port"
  service_wait sandbox 20 port_taken $((bench_sandbox_port + 8))
}

bench_is_ready() { curl -sf --max-time 2 -o /dev/null http://127.0.0.1:"$bench_port"/readyz; }

# bench_remitd_serve NAME LISTEN [KEY=VALUE…]: what REMIT_BENCH_SET has wins.
bench_remitd_serve() {
  local name=$1 listen=$2 setting
  local -a settings=() more=()
  shift 2
  read -ra more <<<"${REMIT_BENCH_SET:-}"
  for setting in "$@" "${more[@]}"; do settings+=(--set "$setting"); done
  bench_write_configuration >"$var/remit.toml"
  service_start "$name" "${bench_pin[@]}" "$bin/remitd" serve --config "$var/remit.toml" --listen "$listen" "${settings[@]}"
}

bench_remitd_start() {
  bench_remitd_serve remitd "127.0.0.1:$bench_port" "$@"
  service_wait remitd 60 bench_is_ready
}

bench_drop_databases() {
  postgres_ask -d postgres -c 'set client_min_messages = warning' -c 'drop database if exists remit with (force)' \
    -c 'drop database if exists baseline with (force)'
}

# bench_stop NAME…: in this order.
bench_stop() {
  local name
  for name in "$@"; do service_stop "$name"; done
}

# bench_clean_start [sandbox] [KEY=VALUE…]: an empty database and new processes.
bench_clean_start() {
  bench_stop remitd sandbox
  bench_fresh_database
  if [[ "${1:-}" == sandbox ]]; then
    shift
    bench_sandbox_start
  fi
  bench_remitd_start "$@"
}
