#!/usr/bin/env bash
# The files that operators use, as they are: builds the image, brings docker-compose.yml up, pays through
# nginx, and takes away what can be taken away. With an engine of its own, whose base images are made of
# Debian's packages. All that it makes is below FOLDER; what was built is kept there for the next time.
#
# The images of nginx, PostgreSQL and Prometheus are stood for by one of Debian's packages; their own entrypoints do not run.
# usage: containers_test.sh FOLDER. Exit status 77: no engine can be started here, and why.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=../../scripts/lib/ui.sh
. "$root/scripts/lib/ui.sh"
# shellcheck source=../../scripts/lib/ports.sh
. "$root/scripts/lib/ports.sh"

folder=$1
mkdir -p "$folder"
sockets=$(mktemp -d -t remit-XXXXXXXX) # short: a socket's path ends at 107 characters
export DOCKER_HOST=unix://$sockets/docker.sock
compose_words=(-p remit-test --project-directory "$root" -f "$root/docker-compose.yml" --profile sandbox
  --profile observe)
engine=''

# Version 2, or 1.29.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "${compose_words[@]}" "$@"
  else
    docker-compose "${compose_words[@]}" "$@"
  fi
}

skip() {
  say "skipped: $*"
  exit 77
}

clean_up() {
  local status=$?
  trap '' INT TERM HUP
  if [[ -n "$engine" ]] && kill -0 "$engine" 2>/dev/null; then
    ((status == 0 || status == 77)) || compose logs --no-color --tail 20 || true
    compose down -v --remove-orphans >/dev/null 2>&1 || true
    kill "$engine" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
  fi
  # The engine leaves a namespace mounted.
  umount "$sockets"/exec/netns/* 2>/dev/null || true
  rm -rf "$sockets"
  exit "$status"
}

# wait_until SECONDS WHAT COMMAND…
wait_until() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < limit)) || die "$what took too long"
    sleep 0.3
  done
}

container() { compose ps -q "$1"; }
is_healthy() { [[ "$(docker inspect -f '{{.State.Health.Status}}' "$(container "$1")")" == healthy ]]; }
await_healthy() {
  local name
  for name in "$@"; do wait_until 120 "$name" is_healthy "$name"; done
}
expect() { # expect WHAT WANTED GOT
  [[ "$2" == "$3" ]] || die "$1: expected $2, got $3"
}

start_engine() {
  local program
  for program in dockerd docker debootstrap; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || skip 'there is no Compose'
  [[ "$(id -u)" -eq 0 ]] || skip 'a container engine is started by root'
  # No bridge of its own: another engine may run on this machine.
  dockerd --data-root "$folder/engine" --exec-root "$sockets/exec" --pidfile "$sockets/pid" --bridge none \
    --host "$DOCKER_HOST" >"$folder/engine.log" 2>&1 &
  engine=$!
  for _ in {1..100}; do
    docker info >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.2
  done
  engine=''
  skip "no engine can be started here: $(tail -n 1 "$folder/engine.log")"
}

# An engine that runs is not yet one whose kernel lets it do what the files ask for.
check_engine() {
  local why
  why=$(docker network create remit-probe 2>&1 >/dev/null) || skip "the engine can make no networks here: $why"
  why=$(docker run --rm --network remit-probe --read-only --memory 44m --cpus 0.35 --pids-limit 32 --tmpfs /tmp \
    --ulimit nofile=20000 debian:bookworm-slim true 2>&1) || skip "the engine can run no containers here: $why"
  docker network rm remit-probe >/dev/null
}

# Under the names that the files use.
make_base_images() {
  local tree=$folder/debian
  if ! docker image inspect debian:bookworm-slim >/dev/null 2>&1; then
    rm -rf "$tree"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$tree" >"$folder/debootstrap.log" 2>&1 ||
      skip "the base image cannot be made: $(tail -n 1 "$folder/debootstrap.log")"
    printf 'deb http://deb.debian.org/debian bookworm main\ndeb http://deb.debian.org/debian bookworm-updates main\ndeb http://deb.debian.org/debian-security bookworm-security main\n' \
      >"$tree/etc/apt/sources.list"
    tar -C "$tree" -c . | docker import - debian:bookworm-slim >/dev/null
    rm -rf "$tree"
  fi
  check_engine
  build remit-test-servers "$root/tests/containers"
  sed -nE 's/^ +image: ((nginx|postgres|prom\/prometheus):.*)/\1/p' "$root/docker-compose.yml" | xargs -n 1 docker tag remit-test-servers
}

# build IMAGE OPTION…
build() {
  docker build --network host -t "$@" >"$folder/build.log" 2>&1 || {
    last_lines "$folder/build.log"
    die "$1 cannot be built"
  }
}

# What .dockerignore lets in, and what has been compiled here already.
make_context() {
  local name context=$folder/context
  rm -rf "$context"
  mkdir "$context"
  cp "$root/Dockerfile" "$context"
  while read -r name; do (cd "$root" && cp -r --parents "$name" "$context"); done < <(
    sed -n 's/^!//p' "$root/.dockerignore"
    cd "$root" && compgen -G build/release/ccache
  )
}

bring_up() {
  compose up -d --no-build >"$folder/up.log" 2>&1 || { cat "$folder/up.log"; die 'docker-compose up failed'; }
  await_healthy postgres remitd-1 remitd-2 nginx sandbox prometheus
}

verify() { "$root/scripts/verify" --sandbox "http://127.0.0.1:$REMIT_PORT"; }

charge() {
  local id
  id=$(</proc/sys/kernel/random/uuid)
  curl -sf --max-time 20 -o /dev/null -H 'Content-Type: application/json' \
    -d "{\"correlationId\":\"$id\",\"amount\":1.50}" "http://127.0.0.1:$REMIT_PORT/payments" || return 1
  printf '%s\n' "$id"
}

is_completed() {
  [[ "$(curl -s --max-time 20 "http://127.0.0.1:$REMIT_PORT/payments/$1" | jq -r .status)" == COMPLETED ]]
}

check_hardening() {
  local name
  step 'Looking at what the containers may do'
  for name in remitd-1 remitd-2 nginx; do
    expect "the user of $name" 10001 "$(compose exec -T "$name" id -u)"
  done
  expect 'the user of PostgreSQL' 999 "$(docker top "$(container postgres)" -o pid,uid | awk 'NR == 2 { print $2 }')"
  expect 'the user of Prometheus' 65534 "$(compose exec -T prometheus id -u)"
  for name in remitd-1 nginx postgres sandbox prometheus; do
    if compose exec -T "$name" sh -c ': >/written' 2>/dev/null; then die "$name can write to its root"; fi
  done
  expect 'networks of PostgreSQL' none "$(docker inspect -f '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}' "$(container postgres)")"
  docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}' "$(container nginx)" "$(container remitd-1)" \
    "$(container remitd-2)" "$(container postgres)" |
    awk '{ memory += $1; processors += $2 }
      END { printf "    limits: %.1f MB, %.2f processors\n", memory / 1e6, processors / 1e9; exit !(memory <= 350e6 && processors <= 1.5e9) }' ||
    die 'the limits are beyond 1.5 processors and 350 MB'
}

instances_scraped() {
  curl -sf --max-time 20 --get --data-urlencode 'query=count(up{job="remit"} == 1)' \
    "http://127.0.0.1:$REMIT_PROMETHEUS_PORT/api/v1/query" | jq -r '.data.result[0].value[1]'
}
are_both_scraped() { [[ "$(instances_scraped)" == 2 ]]; }

check_scrapes() {
  step 'Looking at what Prometheus sees'
  wait_until 90 'the first scrape of both instances' are_both_scraped
}

# Each dies without a word, and comes back by itself with all that it had.
check_deaths() {
  local name id
  for name in remitd-1 remitd-2 postgres nginx; do
    step "Killing $name"
    id=$(charge)
    kill -9 "$(docker inspect -f '{{.State.Pid}}' "$(container "$name")")"
    wait_until 60 "the charge before $name died" is_completed "$id"
    await_healthy "$name"
    id=$(charge)
    wait_until 60 "the charge after $name died" is_completed "$id"
  done
}

# As docs/operations.md says it.
check_upgrade() {
  local name charged failed
  step 'Replacing both instances while clients pay'
  : >"$folder/charged"
  (
    while :; do
      charge >>"$folder/charged" || printf 'failed\n' >>"$folder/charged"
    done
  ) &
  local load=$!
  for name in remitd-1 remitd-2; do
    compose up -d --no-build --no-deps --force-recreate "$name" >>"$folder/up.log" 2>&1
    await_healthy "$name"
  done
  kill "$load"
  wait "$load" 2>/dev/null || true
  failed=$(grep -c failed "$folder/charged" || true)
  charged=$(grep -vc failed "$folder/charged" || true)
  say "    $charged charges meanwhile"
  expect 'requests that failed' 0 "$failed"
  ((charged > 0)) || die 'nobody paid'
}

check_reloads() {
  local id
  step 'Reloading nginx'
  for _ in 1 2 3; do
    compose exec -T nginx nginx -s reload 2>/dev/null
    id=$(charge)
    wait_until 60 'a charge' is_completed "$id"
  done
}

check_restart() {
  local id
  step 'Down and up again: the database stays, and gets new passwords when they are lost'
  id=$(charge)
  wait_until 60 'a charge' is_completed "$id"
  compose down >>"$folder/up.log" 2>&1
  docker volume rm remit-test_secrets >/dev/null
  bring_up
  is_completed "$id" || die "charge $id is gone"
}

# As docs/operations.md says it.
check_backup() {
  local id
  step 'From a dump into an empty project'
  id=$(charge)
  wait_until 60 'a charge' is_completed "$id"
  # shellcheck disable=SC2016  # expands in the container
  compose exec -T postgres sh -c 'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) pg_dump -U postgres -Fc remit' >"$folder/dump"
  compose down -v >>"$folder/up.log" 2>&1
  compose up -d --no-build postgres >>"$folder/up.log" 2>&1
  await_healthy postgres
  # shellcheck disable=SC2016
  compose exec -T postgres sh -c \
    'PGPASSWORD=$(cat $POSTGRES_PASSWORD_FILE) pg_restore -U postgres --exit-on-error --single-transaction -d remit' <"$folder/dump"
  bring_up
  is_completed "$id" || die "charge $id is not in the books of the restored database"
  verify >/dev/null
}

expect_no_kills() {
  local name
  for name in nginx remitd-1 remitd-2 postgres; do
    expect "memory of $name ran out" false "$(docker inspect -f '{{.State.OOMKilled}}' "$(container "$name")")"
  done
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
REMIT_PORT=$(free_ports $((20000 + RANDOM % 9000)) 1)
REMIT_PROMETHEUS_PORT=$(free_ports $((29000 + RANDOM % 900)) 1)
export REMIT_PORT REMIT_PROMETHEUS_PORT
start_engine
step 'Making the images'
make_base_images
make_context
build remit "$folder/context"
docker image inspect -f '    the image has {{.Size}} bytes' remit
say "    and $(docker run --rm --network none --entrypoint dpkg-query remit -W | wc -l) packages"
step 'Bringing everything up'
bring_up
verify
check_hardening
check_scrapes
check_deaths
check_upgrade
check_reloads
expect_no_kills
check_restart
check_backup
say
say 'containers: all as it should be'
