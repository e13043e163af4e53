#!/bin/sh
# Makes the database's password when there is none, then starts PostgreSQL as its image does. The
# instances of remit (user 10001) read the same file.
set -eu
file=$POSTGRES_PASSWORD_FILE
if [ ! -s "$file" ]; then
  umask 077
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file.new"
  chown 10001:10001 "$file.new"
  chmod 0400 "$file.new"
  mv "$file.new" "$file"
fi
exec docker-entrypoint.sh "$@"
