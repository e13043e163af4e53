# Ports of this machine. Needs ui.sh.
# shellcheck shell=bash

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_ports FIRST COUNT: prints the first of COUNT free ports in a row.
free_ports() {
  local first=$1 count=$2 number
  for ((number = first; number < first + count; number++)); do
    if port_taken "$number"; then
      first=$((number + 1))
      ((first < 30000)) || die 'there are no free ports'
    fi
  done
  printf '%s\n' "$first"
}
