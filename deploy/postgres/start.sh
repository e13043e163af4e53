#!/bin/sh
# Creates the two passwords when there are none, then starts PostgreSQL as its image does: the superuser's,
# which only root can read, and that of the instances of remit (user 10001). If only the volume with the
# passwords was lost, the cluster gets the new ones.
set -eu
folder=${POSTGRES_PASSWORD_FILE%/*}
made=''

make_password() { # make_password FILE OWNER
  [ ! -s "$folder/$1" ] || return 0
  (
    umask 077
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$1.new"
  )
  chmod 0400 "$folder/$1.new"
  chown "$2" "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  made=yes
}

if [ -s "$PGDATA/PG_VERSION" ] && [ ! -e "$PGDATA/../made" ]; then
  echo 'The first start was interrupted before there was a database for remit. Nothing is in it yet:' >&2
  echo '"docker compose down -v" removes it, and the next start creates it again.' >&2
  exit 1
fi
make_password postgres_password 0:0
make_password database_password 10001:10001
REMIT_PASSWORD=$(cat "$folder/database_password")
export REMIT_PASSWORD
if [ -n "$made" ] && [ -s "$PGDATA/PG_VERSION" ]; then
  echo 'The passwords were gone: the cluster gets new ones.' >&2
  setpriv --reuid postgres --regid postgres --init-groups postgres --single -D "$PGDATA" postgres >/dev/null <<SQL
ALTER ROLE postgres PASSWORD '$(cat "$POSTGRES_PASSWORD_FILE")';
ALTER ROLE remit PASSWORD '$REMIT_PASSWORD';
SQL
fi
exec docker-entrypoint.sh "$@"
