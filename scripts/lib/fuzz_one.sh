#!/usr/bin/env bash
# scripts/lib/fuzz_one.sh NAME SECONDS: runs one fuzzer of build/fuzz. What it has learnt is kept in
# build/fuzz/corpus/NAME for the next run; what it finds in var/fuzz/NAME-…, with a line that says how to repeat it.
# The exit status is 1 when it found something.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=ui.sh
. "$root/scripts/lib/ui.sh"

name=$1
seconds=$2
fuzzer=$root/build/fuzz/fuzzers/${name}_fuzzer
given=$root/tests/fuzz/corpus/$name
learnt=$root/build/fuzz/corpus/$name
findings=$root/var/fuzz
log=$findings/$name.log
mkdir -p "$learnt" "$findings"
# What was freed is kept in less memory: two of them run beside other tests.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1}:quarantine_size_mb=32
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export ASAN_SYMBOLIZER_PATH=${ASAN_SYMBOLIZER_PATH:-/usr/lib/llvm-19/bin/llvm-symbolizer}

status=0
# An input that takes a second is a finding of its own; but the machine may have other work to do.
"$fuzzer" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -max_len=2048 -print_final_stats=1 \
  -dict="$root/tests/fuzz/dictionaries/$name.dict" -artifact_prefix="$findings/$name-" \
  "$learnt" "$given" </dev/null >"$log" 2>&1 || status=1
executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
say "$name: ${executions:-0} executions in $seconds s"
if ((status != 0)); then
  grep -aE -A 12 'BROKEN|ERROR|runtime error|Assertion' "$log" | grep -avE 'NEW|REDUCE' | head -n 40 || true
  input=$(sed -nE 's/.*Test unit written to (.*)/\1/p' "$log" | tail -n 1)
  say "$name found something. To repeat it: build/fuzz/fuzzers/${name}_fuzzer ${input#"$root"/}"
  say "Once it is mended, the input goes to tests/fuzz/corpus/$name/"
fi
exit "$status"
