# Row webhooks: deliveries to a receiver on this machine, and what an endpoint that does not answer costs the others.
# Needs bench_measure.sh and bench_table.sh.
# shellcheck shell=bash

webhooks_port='' webhooks_endpoints=10

# webhooks_start: an empty database, and a remitd whose endpoints may be on this machine.
webhooks_start() {
  bench_clean_start sandbox webhooks.allow_private_networks=true "webhooks.key=$(head -c 32 /dev/zero | base64)"
  webhooks_port=$(free_ports $((bench_port + 1)) 1)
  service_start receiver "$bench_tools/remit-receive" "$webhooks_port"
  service_wait receiver 10 port_taken "$webhooks_port"
}

# webhooks_stop: receiver.json has what came.
webhooks_stop() {
  bench_stop remitd receiver sandbox
  tail -n 1 "$var/log/receiver.log" >"$var/receiver.json"
}

webhooks_endpoint() {
  curl -sSf --max-time 10 -o /dev/null -H "Content-Type: application/json" "http://127.0.0.1:$bench_port/webhook-endpoints" \
    -d '{"url":"http://127.0.0.1:'"$webhooks_port$1"'","events":["payment.*"]}' || die "endpoint $1 could not be made"
}

# webhooks_rate: deliveries a second to paths that are answered, in the median second of the load.
webhooks_rate() {
  jq '[.paths | to_entries[] | select(.key != "/hang") | .value] | transpose | map(map(. // 0) | add) | .[2:-2] | sort
    | .[length / 2 | floor] // 0' "$var/receiver.json"
}

# webhooks_shared SECONDS hang|answer: deliveries a second to nine endpoints, beside a tenth that hangs or answers.
webhooks_shared() {
  local seconds=$1 i
  webhooks_start
  for ((i = 1; i < webhooks_endpoints; i++)); do webhooks_endpoint "/$i"; done
  webhooks_endpoint "$([[ "$2" == hang ]] && printf '/hang' || printf '/tenth')"
  bench_load open --rate 100 --connections 16 --seconds "$seconds" --charges >/dev/null
  webhooks_stop
  jq -c --argjson seconds "$seconds" '{rate: ([.paths | to_entries[] | select(.key | IN("/hang", "/tenth") | not) | .value | .[:$seconds]
    | add] | add / $seconds)}' "$var/receiver.json"
}

row_webhooks() {
  local seconds repeat which alone beside folder=$var/webhooks
  seconds=$(bench_seconds 15)
  rm -rf "$folder"
  mkdir -p "$folder"
  for ((repeat = 0; repeat < bench_repeat; repeat++)); do
    webhooks_start
    webhooks_endpoint /one
    bench_load open --rate 1250 --connections 64 --seconds "$seconds" --charges >/dev/null
    webhooks_stop
    jq -nc --argjson rate "$(webhooks_rate)" --slurpfile raw "$var/receiver.json" '{$rate, raw: $raw[0]}' >>"$folder/rate"
    for which in answer hang; do webhooks_shared "$seconds" "$which" >>"$folder/$which"; done
  done
  alone=$(bench_median .rate <"$folder/rate")
  bench_record webhooks.rate 'one endpoint, 2500 events/s' deliveries/s "$(bench_figure "$alone" .rate)" '' null "$alone"
  alone=$(bench_median .rate <"$folder/answer")
  beside=$(bench_median .rate <"$folder/hang")
  bench_record webhooks.fair 'nine endpoints, 200 events/s each, beside a tenth that does not answer' deliveries/s \
    "$(bench_figure "$beside" .rate)" 'it answers' "$(bench_figure "$alone" .rate)" "$beside"
}
