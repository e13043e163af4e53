# Configure once, then build. Needs ui.sh and `root`, the folder of the checkout.
# shellcheck shell=bash

# As many compilers at a time as there are processors, and memory: the largest file takes 1.5 GB.
build_jobs() {
  local processors memory_kb jobs
  processors=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  jobs=$((memory_kb / 1500000))
  ((jobs > processors)) && jobs=$processors
  ((jobs > 0)) || jobs=1
  printf '%s\n' "$jobs"
}

# build_preset PRESET [TARGET…]: everything that it writes is under build/PRESET/, its cache included.
build_preset() {
  local preset=$1
  local folder=$root/build/$preset
  shift
  make_folder "$folder"
  need_disk "$folder" 1500
  export CXX=clang++-19
  export CCACHE_DIR=${CCACHE_DIR:-$folder/ccache}
  # What was compiled in one checkout serves in another.
  export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-locale,pch_defines,time_macros}
  if [[ ! -f "$folder/build.ninja" || "$root/CMakePresets.json" -nt "$folder/build.ninja" ]]; then
    step "Configuring $preset"
    (cd "$root" && cmake --preset "$preset") || die "cmake could not configure $preset; the lines above say why"
  fi
  step "Building $preset"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "$folder" -j "$(build_jobs)" "$@" ||
    die "the build of $preset failed; the lines above say why"
}
