# Results: one line of JSON each, as they come, and the table at the end.
# Needs bench_targets.sh and `var`.
# shellcheck shell=bash

bench_results=$var/results.jsonl
bench_first_result=1

# Earlier runs stay in the file; the table is of this one.
bench_begin_results() {
  bench_first_result=$(($(wc -l 2>/dev/null <"$bench_results" || printf 0) + 1))
}

# bench_record KEY WHAT UNIT FIGURE [BASELINE BASELINE_FIGURE [RAW]]: KEY is row.case, RAW is JSON.
bench_record() {
  local key=$1 what=$2 unit=$3 figure=$4 baseline=${5:-} baseline_figure=${6:-null} raw=${7:-null}
  local kind='' bound='' number=null
  read -r kind bound number < <(bench_target "$key") || true
  jq -nc --arg key "$key" --arg what "$what" --arg unit "$unit" --argjson figure "${figure:-null}" \
    --arg baseline "$baseline" --argjson baseline_figure "${baseline_figure:-null}" \
    --arg kind "$kind" --arg bound "$bound" --argjson number "${number:-null}" --argjson raw "$raw" '
    (if $figure != null and ($baseline_figure // 0) != 0 then $figure / $baseline_figure else null end) as $ratio
    | (if $kind == "ratio" then $ratio else $figure end) as $held
    | {at: (now | todate), row: ($key | split(".")[0]), key: $key, what: $what, unit: $unit, remit: $figure,
       baseline: $baseline, baseline_figure: $baseline_figure, ratio: $ratio,
       target: (if $kind == "" then null else {kind: $kind, bound: $bound, number: $number} end),
       met: (if $kind == "" then null elif $held == null then false
             elif $bound == "least" then $held >= $number else $held <= $number end),
       raw: $raw}' >>"$bench_results"
  tail -n 1 "$bench_results" | bench_rows | sed 's/^/    /; s/\t/  /g'
}

# JSON lines in, rows of the table out, their cells parted by tabs.
bench_rows() {
  jq -r '
    def rounded: if . == null then "–" elif (. | fabs) >= 100 then (. | round | tostring)
      else (. * 100 | round / 100 | tostring) end;
    [.row, .what, (.remit | rounded), .unit,
     (if .baseline == "" then "–" else "\(.baseline) \(.baseline_figure | rounded)" end),
     (.ratio | rounded),
     (if .target == null then "–"
      else (if .target.bound == "least" then "≥ " else "≤ " end) + (.target.number | tostring)
        + (if .target.kind == "ratio" then " ×" else "" end) end),
     (if .met == null then "–" elif .met then "yes" else "NO" end)] | @tsv'
}

bench_print_table() {
  local -a lines=()
  [[ -s "$bench_results" ]] || return 0
  mapfile -t lines < <(tail -n +"$bench_first_result" "$bench_results" | bench_rows)
  [[ ${#lines[@]} -gt 0 ]] || return 0
  say
  {
    printf 'row\tcase\tremit\tunit\tbaseline\tratio\ttarget\tmet\n'
    printf '%s\n' "${lines[@]}"
  } | column -t -s $'\t' -R 3
  say
  say "ratio = remit / baseline; targets with × are of the ratio, the others of remit's own figure."
  say "raw results: $bench_results (from line $bench_first_result)"
}
