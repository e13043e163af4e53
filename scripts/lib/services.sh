# Programs of ours in the background: started away from the terminal's Ctrl-C, stopped by us, in reverse.
# Needs ui.sh and `var`, the folder for logs and pid files.
# shellcheck shell=bash

services=()

services_pid() { cat "$var/$1.pid" 2>/dev/null || true; }

# service_alive NAME PROGRAM: whether the pid file names a living process of that very program.
service_alive() {
  local pid
  pid=$(services_pid "$1")
  [[ -n "$pid" ]] && [[ "$(readlink "/proc/$pid/exe" 2>/dev/null)" == "$2"* ]]
}

# service_start NAME PROGRAM ARGUMENT…: output goes to var/log/NAME.log.
service_start() {
  local name=$1
  shift
  # A session of its own, so that Ctrl-C reaches this script alone, which then stops things in order.
  setsid "$@" >"$var/log/$name.log" 2>&1 9>&- &
  printf '%s\n' "$!" >"$var/$name.pid"
  services+=("$name")
}

service_stop() {
  local pid tries
  pid=$(services_pid "$1")
  rm -f "$var/$1.pid"
  [[ -n "$pid" ]] && kill -TERM "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < 200; tries++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  say "$1 did not stop within 20 s and is ended" >&2
  kill -KILL "$pid" 2>/dev/null || true
}

# service_recover NAME PROGRAM: stops one that a killed run left behind.
service_recover() {
  if service_alive "$1" "$2"; then
    say "stopping the $1 of an earlier run"
    service_stop "$1"
  fi
  rm -f "$var/$1.pid"
}

services_stop() {
  local index
  for ((index = ${#services[@]} - 1; index >= 0; index--)); do service_stop "${services[index]}"; done
  services=()
}

# service_wait NAME SECONDS COMMAND…: until the command succeeds; a clear end when it does not in time.
service_wait() {
  local name=$1 seconds=$2 began=$SECONDS pid
  shift 2
  pid=$(services_pid "$name")
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null; then
      last_lines "$var/log/$name.log"
      die "$name ended before it was ready"
    fi
    if ((SECONDS - began > seconds)); then
      last_lines "$var/log/$name.log"
      die "$name was not ready after $seconds s"
    fi
    sleep 0.1
  done
}
