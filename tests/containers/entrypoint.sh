#!/bin/sh
# As the documentation of PostgreSQL's image says it: makes the cluster once, runs /docker-entrypoint-initdb.d with a
# server that only its socket reaches, then becomes the server. Begun as root, it goes on as postgres.
set -eu
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres "$PGDATA"
  chmod 0700 "$PGDATA"
  chown postgres /var/run/postgresql
  chmod 3775 /var/run/postgresql
  POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  export POSTGRES_PASSWORD
  exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
fi
export PGPASSWORD="$POSTGRES_PASSWORD"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  # shellcheck disable=SC2086  # words
  initdb --username postgres --pwfile /tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  pg_ctl -D "$PGDATA" -o '-c listen_addresses=' -w start
  for script in /docker-entrypoint-initdb.d/*.sh; do sh "$script"; done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
unset PGPASSWORD POSTGRES_PASSWORD
exec "$@"
