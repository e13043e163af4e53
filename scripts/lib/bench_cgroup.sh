# A control group of 1.5 processors and 350 MB, version 1 or 2 of the interface. Where no group can be made the row
# runs without, and says so. A shell that is in a memory group of version 1 already stays in it: then memory is
# measured and not limited, unless REMIT_BENCH_MEMORY_PARENT names a folder of that controller in which a group may be
# made.
# shellcheck shell=bash

cgroup_processors_us=150000 cgroup_memory_bytes=$((350 * 1000 * 1000))

cgroup_forget() { cgroup_folders=() cgroup_home_files=() cgroup_cpu_stat='' cgroup_memory_peak=''; }
cgroup_forget

# cgroup_own CONTROLLER: the path of this shell's group, version 1.
cgroup_own() { awk -F: -v name="$1" '("," $2 ",") ~ ("," name ",") { print $3 }' /proc/self/cgroup; }

# cgroup_make FOLDER HOME: a group, and the file that takes this shell back to where it was.
cgroup_make() {
  mkdir "$1" 2>/dev/null || return 1
  cgroup_folders+=("$1")
  cgroup_home_files+=("$2/cgroup.procs")
}

cgroup_make_v1() {
  local mount=/sys/fs/cgroup own parent
  own=$(cgroup_own cpu)
  if [[ -n "$own" ]] && cgroup_make "$mount/cpu${own%/}/remit-bench-$$" "$mount/cpu$own" &&
    printf '%s' 100000 >"$mount/cpu${own%/}/remit-bench-$$/cpu.cfs_period_us" 2>/dev/null &&
    printf '%s' "$cgroup_processors_us" >"$mount/cpu${own%/}/remit-bench-$$/cpu.cfs_quota_us" 2>/dev/null; then
    cgroup_cpu_stat=$mount/cpu${own%/}/remit-bench-$$/cpu.stat
  else
    say '    no control group for processors can be made here: they are not limited'
  fi
  own=$(cgroup_own memory)
  parent=${REMIT_BENCH_MEMORY_PARENT:-}
  if [[ -z "$parent" && "$own" == / ]]; then parent=$mount/memory; fi
  if [[ -n "$parent" ]] && cgroup_make "$parent/remit-bench-$$" "$mount/memory$own" &&
    printf '%s' "$cgroup_memory_bytes" >"$parent/remit-bench-$$/memory.limit_in_bytes" 2>/dev/null; then
    cgroup_memory_peak=$parent/remit-bench-$$/memory.max_usage_in_bytes
    return
  fi
  say '    no memory group of our own can be made here: memory is measured and not limited'
}

cgroup_make_v2() {
  local mount=/sys/fs/cgroup own folder
  folder=$mount/remit-bench-$$
  own=$(sed -n 's/^0:://p' /proc/self/cgroup)
  printf '%s' '+cpu +memory' 2>/dev/null >"$mount/cgroup.subtree_control" || true
  if cgroup_make "$folder" "$mount${own%/}" &&
    printf '%s 100000' "$cgroup_processors_us" 2>/dev/null >"$folder/cpu.max" &&
    printf '%s' "$cgroup_memory_bytes" 2>/dev/null >"$folder/memory.max"; then
    cgroup_cpu_stat=$folder/cpu.stat cgroup_memory_peak=$folder/memory.peak
    return
  fi
  say '    no control group can be made here: neither processors nor memory are limited'
}

# Without root nothing is tried.
cgroup_prepare() {
  cgroup_forget
  if [[ "$(id -u)" -ne 0 ]]; then
    say '    not root: neither processors nor memory are limited'
  elif [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
    cgroup_make_v2
  elif [[ -d /sys/fs/cgroup/cpu ]]; then
    cgroup_make_v1
  else
    say '    no control groups here: neither processors nor memory are limited'
  fi
}

# What this shell starts between the two runs, and stays, within the limits.
cgroup_enter() {
  local folder
  for folder in "${cgroup_folders[@]}"; do printf '%s' "$$" >"$folder/cgroup.procs"; done
}

cgroup_leave() {
  local file
  for file in "${cgroup_home_files[@]}"; do printf '%s' "$$" >"$file"; done
}

# Seconds in which a process was throttled.
cgroup_throttled_seconds() {
  [[ -n "$cgroup_cpu_stat" ]] || { printf 'null\n'; return; }
  awk '$1 == "throttled_time" { print $2 / 1e9 } $1 == "throttled_usec" { print $2 / 1e6 }' "$cgroup_cpu_stat"
}

# The peak of the group's memory, cached files included, in MB.
cgroup_memory_peak_mb() {
  [[ -r "$cgroup_memory_peak" ]] || { printf 'null\n'; return; }
  awk '{ printf "%.1f\n", $1 / 1e6 }' "$cgroup_memory_peak"
}

# After all that was started in it has ended.
cgroup_remove() {
  local folder tries
  for folder in "${cgroup_folders[@]}"; do
    for ((tries = 0; tries < 50; tries++)); do
      rmdir "$folder" 2>/dev/null && break
      sleep 0.1
    done
  done
  cgroup_forget
}
