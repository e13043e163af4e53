# Debian packages: what is missing is installed, and nothing else is touched.
# Works on Debian 12 and 13 and Ubuntu 24.04. Needs ui.sh.
# shellcheck shell=bash

# `a|b`: either will do; when neither is there, the first that the distribution has is installed.
# Boost's URL library brings the headers of the same Boost; Debian 12 has it in 1.81 only.
packages_build=(
  clang-19 lld-19 libclang-rt-19-dev cmake ninja-build ccache pkg-config git ca-certificates
  'libboost-url1.81-dev|libboost-url-dev|libboost-url1.83-dev' libpqxx-dev libpq-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev libssl-dev prometheus-cpp-dev
  libgtest-dev libgmock-dev
)

packages_as_root() {
  if [[ "$(id -u)" -eq 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Prints the wanted packages that are not installed, alternatives unresolved, one a line.
packages_missing() {
  local installed want choice found
  local -a choices
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${@//|*/}" 2>/dev/null |
    sed -n 's/^installed //p') || true
  for want in "$@"; do
    IFS='|' read -ra choices <<<"$want"
    [[ $'\n'"$installed"$'\n' == *$'\n'"${choices[0]}"$'\n'* ]] && continue
    found=
    for choice in "${choices[@]:1}"; do
      if [[ "$(dpkg-query -W -f '${db:Status-Status}' "$choice" 2>/dev/null)" == installed ]]; then
        found=yes
      fi
    done
    [[ -n "$found" ]] || printf '%s\n' "$want"
  done
}

# Of `a|b`, the first that can be installed; the last when none can, so that apt-get names it.
packages_choose() {
  local choice policy
  local -a choices
  IFS='|' read -ra choices <<<"$1"
  for choice in "${choices[@]}"; do
    # Not through a pipe into `grep -q`, which hangs up early: apt-cache would die of it and read as a no.
    policy=$(apt-cache policy "$choice" 2>/dev/null)
    [[ "$policy" =~ Candidate:\ [0-9] ]] && break
  done
  printf '%s\n' "$choice"
}

packages_server_present() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

packages_apt() {
  packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@"
}

# The server package creates and starts a system-wide cluster when it is installed, which is not wanted; its
# configuration disables that during the installation, and is then restored.
packages_install_server() {
  packages_apt install --no-install-recommends postgresql-common
  # shellcheck disable=SC2016  # expands in the shell that runs as root
  packages_as_root env DEBIAN_FRONTEND=noninteractive bash -euc '
    conf=/etc/postgresql-common/createcluster.conf
    kept=$(mktemp)
    cp -p "$conf" "$kept"
    trap "cp -p \"$kept\" \"$conf\"; rm -f \"$kept\"" EXIT
    echo "create_main_cluster = false" >>"$conf"
    apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends postgresql'
}

# For packages that start a service of the whole system when they are installed, and at every boot: only
# the programs in them are wanted.
packages_install_without_service() {
  # shellcheck disable=SC2016  # expands in the shell that runs as root
  packages_as_root env DEBIAN_FRONTEND=noninteractive bash -euc '
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e "$policy" ]]; then
      trap "rm -f \"$policy\"" EXIT
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    present=$(dpkg-query -W -f "\${Package}\n" | sort)
    apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
    # Those of what they need, too.
    for package in $(comm -13 <(printf "%s\n" "$present") <(dpkg-query -W -f "\${Package}\n" | sort)); do
      for file in $(dpkg -L "$package"); do
        case $file in
          /etc/init.d/?*) update-rc.d "${file##*/}" disable || true ;;
          */systemd/system/?*.service | */systemd/system/?*.socket)
            if command -v systemctl >/dev/null; then systemctl -q disable "${file##*/}" 2>/dev/null || true; fi
            ;;
        esac
      done
    done' bash "$@"
}

# need_packages PACKAGE…: installs those that are missing. `postgresql` means any server version.
need_packages() {
  local want choice
  local -a wanted=() missing=() chosen=() quiet=()
  local server=
  command -v dpkg-query >/dev/null || die "this is not Debian or Ubuntu: install by hand what docs/dependencies.md lists"
  for want in "$@"; do
    if [[ "$want" != postgresql ]]; then
      wanted+=("$want")
    elif ! packages_server_present; then
      server=postgresql
    fi
  done
  mapfile -t missing < <(packages_missing "${wanted[@]}")
  [[ "${#missing[@]}" -gt 0 || -n "$server" ]] || return 0

  if [[ "$(id -u)" -ne 0 ]] && ! command -v sudo >/dev/null; then
    die "missing packages, and neither root nor sudo to install them: ${missing[*]} $server"
  fi
  step "Installing ${missing[*]} $server"
  packages_apt update || die "apt-get update failed; the lines above say why"
  for want in "${missing[@]}"; do
    choice=$(packages_choose "$want")
    case $choice in
      pgbouncer | nginx | nginx-light | docker.io | prometheus) quiet+=("$choice") ;;
      *) chosen+=("$choice") ;;
    esac
  done
  if [[ "${#chosen[@]}" -gt 0 ]]; then
    packages_apt install --no-install-recommends "${chosen[@]}" ||
      die "apt-get could not install ${chosen[*]}; the lines above say why"
  fi
  if [[ "${#quiet[@]}" -gt 0 ]]; then
    packages_install_without_service "${quiet[@]}" ||
      die "apt-get could not install ${quiet[*]}; the lines above say why"
  fi
  if [[ -n "$server" ]]; then
    packages_install_server || die "apt-get could not install postgresql; the lines above say why"
  fi
}
