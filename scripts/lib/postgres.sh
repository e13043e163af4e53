# A private PostgreSQL cluster: its own data folder, a Unix socket and no port, durable settings. PostgreSQL refuses
# to run as root, so then it runs as `postgres`, or as the owner of the data. Needs ui.sh.
#
#   postgres_prepare HOME     where the cluster lives, or will live
#   postgres_start            makes it when it is not there, takes over one that a killed run left
#   postgres_stop             only what postgres_start started
#
# Afterwards `postgres_url` is what libpq takes and `postgres_log` is the server's log. Before the start a
# script may fill `postgres_more_settings` ("name = value", which win) and `postgres_environment` ("NAME=value").
# shellcheck shell=bash

postgres_home='' postgres_socket='' postgres_bin='' postgres_url='' postgres_log=''
postgres_owner=postgres postgres_running=''
postgres_more_settings=() postgres_environment=()

postgres_as_owner() {
  if [[ "$(id -u)" -eq 0 ]]; then
    (cd / && runuser -u "$postgres_owner" -- "$@")
  else
    "$@"
  fi
}

# The newest server, or the one that made the data when there is data.
postgres_find_bin() {
  local version=
  if [[ -f "$postgres_home/data/PG_VERSION" ]]; then
    version=$(<"$postgres_home/data/PG_VERSION")
    postgres_bin=/usr/lib/postgresql/$version/bin
    [[ -x "$postgres_bin/postgres" ]] ||
      die "$postgres_home/data was made by PostgreSQL $version, which is not installed (remove the folder to start over)"
    return
  fi
  postgres_bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
  [[ -x "$postgres_bin/initdb" ]] || die "no PostgreSQL server is installed"
}

# A folder of ours that `postgres` can reach, for a checkout that it cannot (/root, say). The link in the
# checkout is all that knows its name: another clone, at the same place later, gets one of its own.
postgres_reachable_home() {
  local home=$1 elsewhere
  if [[ -L "$home" && -d "$home" ]]; then
    elsewhere=$(dirname "$(readlink "$home")")
    [[ -O "$elsewhere" ]] || die "$elsewhere belongs to another user"
    home=$elsewhere/postgres
  elif ! postgres_as_owner test -x "$(dirname "$home")"; then
    [[ ! -d "$home" ]] || die "$home cannot be reached by the user postgres"
    elsewhere=$(mktemp -d /var/tmp/remit-XXXXXXXX) || die 'cannot make a folder in /var/tmp'
    chmod 0755 "$elsewhere"
    mkdir "$elsewhere/postgres"
    ln -sfn "$elsewhere/postgres" "$home"
    home=$elsewhere/postgres
  fi
  printf '%s\n' "$home"
}

# A socket's path ends at 107 characters, its file name included: below a long path the socket is put in
# a folder of its own, which the link beside the data knows, and which goes when the server stops.
postgres_choose_socket() {
  local link=$postgres_home/socket
  postgres_socket=$postgres_home
  ((${#postgres_home} > 85)) || return 0
  postgres_socket=$(postgres_as_owner readlink "$link") || true
  if [[ -z "$postgres_socket" ]] || ! postgres_as_owner test -d "$postgres_socket"; then
    postgres_socket=$(postgres_as_owner mktemp -d -t remit-XXXXXXXX) || die 'cannot make a folder for the socket'
    postgres_as_owner ln -sfn "$postgres_socket" "$link"
  fi
}

postgres_forget_socket() {
  [[ "$postgres_socket" != "$postgres_home" ]] || return 0
  postgres_as_owner rm -rf "$postgres_socket" "$postgres_home/socket"
}

postgres_prepare() {
  postgres_home=$1
  if [[ "$(id -u)" -eq 0 ]]; then
    postgres_home=$(postgres_reachable_home "$postgres_home")
    if [[ -d "$postgres_home/data" ]]; then postgres_owner=$(stat -c %U "$postgres_home/data"); fi
    install -d -m 0700 -o "$postgres_owner" "$postgres_home" || die "cannot create $postgres_home"
  else
    make_folder "$postgres_home"
    chmod 0700 "$postgres_home"
  fi
  postgres_log=$postgres_home/postgres.log
  postgres_choose_socket
  # shellcheck disable=SC2034  # for those who source this file
  postgres_url="host=$postgres_socket dbname=remit user=remit"
  postgres_find_bin
}

# In two steps, so that a run killed in the middle leaves nothing that looks whole.
postgres_create() {
  local trouble
  postgres_as_owner rm -rf "$postgres_home/data.new"
  trouble=$(postgres_as_owner "$postgres_bin/initdb" -D "$postgres_home/data.new" -U postgres \
    --auth=trust --encoding=UTF8 --locale=C.UTF-8 2>&1) ||
    die "PostgreSQL could not make its data folder: $(tail -n 1 <<<"$trouble")"
  postgres_as_owner mv "$postgres_home/data.new" "$postgres_home/data"
}

# Shared memory in the data folder: nothing would remove what a killed server leaves in /dev/shm.
postgres_settings() {
  cat <<END
listen_addresses = ''
unix_socket_directories = '$postgres_socket'
unix_socket_permissions = 0700
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 100
shared_buffers = 128MB
dynamic_shared_memory_type = mmap
log_min_duration_statement = 1s
END
  # The server takes the last of two.
  [[ ${#postgres_more_settings[@]} -eq 0 ]] || printf '%s\n' "${postgres_more_settings[@]}"
}

postgres_ctl() {
  postgres_as_owner env "${postgres_environment[@]}" "$postgres_bin/pg_ctl" -D "$postgres_home/data" "$@"
}

postgres_ask() {
  postgres_as_owner "$postgres_bin/psql" -X -q -t -A -v ON_ERROR_STOP=1 -h "$postgres_socket" -U postgres "$@"
}

postgres_pid() { postgres_as_owner head -n 1 "$postgres_home/data/postmaster.pid"; }

postgres_start() {
  local settings
  [[ -f "$postgres_home/data/PG_VERSION" ]] || postgres_create
  # One that a killed run left would keep its old settings; it is ours, so it is restarted.
  if postgres_ctl status >/dev/null 2>&1; then
    postgres_ctl stop -m fast -w -t 60 >/dev/null || die "the PostgreSQL of an earlier run does not stop; see $postgres_log"
  fi
  settings=$(postgres_settings)
  # The last file that the server reads: whatever else the folder says, these hold.
  # shellcheck disable=SC2016  # expands in the shell of the owner
  postgres_as_owner sh -c 'printf "%s\n" "$1" >"$2"' sh "$settings" "$postgres_home/data/postgresql.auto.conf"
  # 9 is the lock of scripts/run, which a server that outlives its run would keep.
  if ! postgres_ctl start -l "$postgres_log" -w -t 60 >/dev/null 9>&-; then
    last_lines "$postgres_log"
    die "PostgreSQL did not start"
  fi
  postgres_running=$(postgres_pid)
  if [[ "$(postgres_ask -d postgres -c "select count(*) from pg_roles where rolname = 'remit'")" == 0 ]]; then
    postgres_ask -d postgres -c 'create role remit login'
  fi
  if [[ "$(postgres_ask -d postgres -c "select count(*) from pg_database where datname = 'remit'")" == 0 ]]; then
    postgres_ask -d postgres -c 'create database remit owner remit'
  fi
}

# Whether the server that postgres_start started still runs.
postgres_alive() {
  [[ -n "$postgres_running" ]] &&
    [[ "$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$postgres_running/status" 2>/dev/null)" == [^Z] ]]
}

# Called when it was seen to have ended: reports that once.
postgres_mourn() {
  last_lines "$postgres_log"
  postgres_running=''
  postgres_forget_socket
}

postgres_stop() {
  [[ -n "$postgres_running" ]] || return 0
  if ! postgres_alive; then
    postgres_mourn
    say 'PostgreSQL had ended by itself' >&2
    return 0
  fi
  postgres_ctl stop -m fast -w -t 60 >/dev/null || say "PostgreSQL did not stop; see $postgres_log" >&2
  postgres_running=''
  postgres_forget_socket
}
