# What the contest rows measure: nginx before two instances, and PostgreSQL, within the limits; what loads them
# and what they talk to stays outside. Needs bench_stack.sh and bench_cgroup.sh.
# shellcheck shell=bash

contest_sockets='' contest_port='' contest_sampler=''

# The one that operators have, with other addresses and paths.
contest_write_nginx() {
  # Its workers must reach the sockets of remitd.
  if [[ "$(id -u)" -eq 0 ]]; then printf 'user root;\n'; fi
  printf 'daemon off;\n'
  sed -e "s|listen 9999 |listen 127.0.0.1:$contest_port |" -e "s|unix:/run/remit/|unix:$contest_sockets/|" \
    -e "s| /tmp/nginx| $var/nginx|" -e "s|access_log /dev/stdout |access_log $var/log/nginx-access.log |" \
    -e "s|error_log stderr |error_log $var/log/nginx-error.log |" "$root/nginx.conf"
}

contest_instance_ready() {
  curl -sf --max-time 2 -o /dev/null --unix-socket "$contest_sockets/$1.sock" http://localhost/readyz
}

contest_nginx_ready() { curl -sf --max-time 2 -o /dev/null "http://127.0.0.1:$contest_port/readyz"; }

contest_start() {
  local name
  # Short: a socket's path ends at 107 characters.
  contest_sockets=$(mktemp -d -t remit-XXXXXXXX)
  contest_port=$(free_ports 19998 1)
  ((contest_port != bench_port)) || contest_port=$(free_ports $((bench_port + 1)) 1)
  contest_write_nginx >"$var/nginx.conf"
  postgres_stop
  bench_sandbox_start
  cgroup_prepare
  cgroup_enter
  # shellcheck disable=SC2034  # for postgres.sh
  postgres_more_settings=('max_connections = 30' 'shared_buffers = 48MB' 'work_mem = 2MB'
    'maintenance_work_mem = 16MB' 'autovacuum_max_workers = 1' 'checkpoint_timeout = 30min')
  postgres_prepare "$var/postgres"
  postgres_start
  bench_fresh_database
  for name in remitd-1 remitd-2; do
    bench_remitd_serve "$name" "unix:$contest_sockets/$name.sock"
    service_wait "$name" 60 contest_instance_ready "$name"
  done
  service_start nginx nginx -c "$var/nginx.conf" -p "$var"
  service_wait nginx 10 contest_nginx_ready
  cgroup_leave
  contest_sample_memory &
  contest_sampler=$!
}

contest_stop() {
  cgroup_leave
  [[ -z "$contest_sampler" ]] || kill "$contest_sampler" 2>/dev/null || true
  contest_sampler=''
  bench_stop nginx remitd-2 remitd-1 sandbox
  postgres_stop
  cgroup_remove
  [[ -z "$contest_sockets" ]] || rm -rf "$contest_sockets"
  contest_sockets=''
}

# Everything within the limits: the four that were started, and their children.
contest_processes() {
  local roots
  roots="$(services_pid nginx) $(services_pid remitd-1) $(services_pid remitd-2) $(postgres_pid)"
  # shellcheck disable=SC2086  # numbers, parted by spaces
  printf '%s\n' $roots
  pgrep -P "${roots// /,}"
}

# Every other second, the resident memory of all of them in kB, what they share counted once. With few programs of its own:
# the processors are shared with what is measured.
contest_sample_memory() {
  local pids
  : >"$var/memory.samples"
  while sleep 2; do
    pids=$(contest_processes)
    # shellcheck disable=SC2046,SC2086  # numbers, and paths without spaces
    awk '/^Pss:/ { total += $2 } END { print total + 0 }' $(printf '/proc/%s/smaps_rollup ' $pids) \
      >>"$var/memory.samples" 2>/dev/null || true
  done
}

contest_peak_mb() { sort -n "$var/memory.samples" | tail -n 1 | awk '{ printf "%.1f", $1 * 1024 / 1e6 }'; }
