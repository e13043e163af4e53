# Draws bench/results/load.jsonl as docs/images/load.svg; `scripts/bench load` runs it, or by hand:
#   jq -nr --slurpfile lines bench/results/load.jsonl -f bench/draw_load.jq >docs/images/load.svg
# The first line says how it was measured, each other line is one arrival rate. Two panels above each other with the
# same horizontal axis: rates above, p50 and p99 below, on a logarithmic scale.

def left: 70; def right: 740; def width: right - left;
def rates: {top: 60, bottom: 320}; def times: {top: 390, bottom: 570};
def rounded: . * 10 | round / 10;

# Steps of 1, 2 or 5 times a power of ten, at most eight of them.
def step($most): (pow(10; ($most / 8 | log10 | floor))) as $unit
  | first((1, 2, 5, 10) * $unit | select($most / . <= 8));
def thousands: if . >= 1000 then "\(. / 1000 | rounded)k" else "\(.)" end;

def text($x; $y; $anchor; $what): "<text x=\"\($x | rounded)\" y=\"\($y | rounded)\" text-anchor=\"\($anchor)\">\($what)</text>";
def line($class; $x1; $y1; $x2; $y2):
  "<line class=\"\($class)\" x1=\"\($x1 | rounded)\" y1=\"\($y1 | rounded)\" x2=\"\($x2 | rounded)\" y2=\"\($y2 | rounded)\"/>";
# Points: [[x, y], …]. Dots mark what was measured; the line between them was not.
def curve($class; $points): "<polyline class=\"\($class)\" points=\"\($points | map("\(.[0] | rounded),\(.[1] | rounded)") | join(" "))\"/>",
  ($points[] | "<circle class=\"\($class)\" cx=\"\(.[0] | rounded)\" cy=\"\(.[1] | rounded)\" r=\"3\"/>");
def legend($class; $x; $y; $what): line($class; $x; $y - 4; $x + 24; $y - 4), text($x + 30; $y; "start"; $what);

$lines[0] as $how | $lines[1:] as $points
| ([$points[].offered] | max) as $most_offered
| ([$points[] | .accepted, .completed] + [$how.pgbench] | max) as $most_rate
| ([$points[] | .p99_ms] | max | log10 | ceil) as $last_decade
| ([$points[] | .p50_ms] | min | log10 | floor) as $first_decade
| def x: left + width * . / $most_offered;
  def y_rate: rates.bottom - (rates.bottom - rates.top) * . / ($most_rate * 1.05);
  def y_time: times.bottom - (times.bottom - times.top) * ((. | log10) - $first_decade) / ($last_decade - $first_decade);
  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 620\" font-family=\"sans-serif\" font-size=\"13\">",
  "<title>Accepted, completed and p99 over the arrival rate</title>",
  "<style>line,polyline{fill:none;stroke-width:2}.grid{stroke:#ddd;stroke-width:1}.accepted{stroke:#1f6fb2}.completed{stroke:#2a8a4a}.pgbench{stroke:#999;stroke-dasharray:2 4}.ideal{stroke:#bbb;stroke-width:1}.p50{stroke:#c9a227}.p99{stroke:#b3402a}circle.accepted{fill:#1f6fb2}circle.completed{fill:#2a8a4a}circle.p50{fill:#c9a227}circle.p99{fill:#b3402a}</style>",
  "<rect width=\"780\" height=\"620\" fill=\"#fff\"/>",
  text(left; 24; "start"; "Charges a second, by arrival rate (\($how.connections) connections, \($how.seconds) s each\($how.note // "" | if . == "" then . else "; \(.)" end))"),
  (step($most_rate) as $step | range(0; $most_rate * 1.05; $step)
    | line("grid"; left; y_rate; right; y_rate), text(left - 8; y_rate + 4; "end"; thousands)),
  (step($most_offered) as $step | range(0; $most_offered + 1; $step)
    | line("grid"; x; rates.top; x; rates.bottom), line("grid"; x; times.top; x; times.bottom),
      text(x; rates.bottom + 18; "middle"; thousands), text(x; times.bottom + 18; "middle"; thousands)),
  (([$most_offered, $most_rate * 1.05] | min) as $limit | line("ideal"; 0 | x; 0 | y_rate; $limit | x; $limit | y_rate)),
  ($how.pgbench | line("pgbench"; left; y_rate; right; y_rate)),
  curve("accepted"; $points | map([(.offered | x), (.accepted | y_rate)])),
  curve("completed"; $points | map([(.offered | x), (.completed | y_rate)])),
  legend("accepted"; left + 10; 46; "accepted"), legend("completed"; left + 120; 46; "completed"),
  legend("pgbench"; left + 240; 46; "pgbench, \($how.connections) clients"), legend("ideal"; left + 420; 46; "all that arrives"),
  text(left; times.top - 14; "start"; "Time to answer, ms (logarithmic)"),
  (range($first_decade; $last_decade + 1) | pow(10; .)
    | line("grid"; left; y_time; right; y_time), text(left - 8; y_time + 4; "end"; .)),
  curve("p50"; $points | map([(.offered | x), (.p50_ms | y_time)])),
  curve("p99"; $points | map([(.offered | x), (.p99_ms | y_time)])),
  legend("p50"; left + 260; times.top - 14; "p50"), legend("p99"; left + 340; times.top - 14; "p99"),
  text((left + right) / 2; 610; "middle"; "arrival rate, charges a second"),
  "</svg>"
