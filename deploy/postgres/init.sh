#!/bin/sh
# Once, when the cluster has been made: the role that remit uses, which owns its database and nothing else.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$REMIT_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE remit LOGIN PASSWORD :'password';
CREATE DATABASE remit OWNER remit;
SQL
# For start.sh: the cluster is complete.
: >"$PGDATA/../made"
