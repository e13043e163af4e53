# The main job, shown step by step: a quote, a payment on it until its payout, the same request again, a few charges
# and their summary. Every function ends with `die` when the service is wrong. Needs ui.sh and `base_url`; jq and
# curl.
# shellcheck shell=bash

job_folder=''

job_uuid() { cat /proc/sys/kernel/random/uuid; }

# job_money MINOR CURRENCY: 87700 EUR → 877.00 EUR. The currencies used here have two decimals.
job_money() { printf '%d.%02d %s' $(($1 / 100)) $(($1 % 100)) "$2"; }

# job_request METHOD PATH [BODY [HEADER…]]: leaves job_status, and the answer in $job_folder/{body,head}.
job_request() {
  local method=$1 path=$2 body=${3:-} header
  local -a options=(-sS -X "$method" --max-time 20 -o "$job_folder/body" -D "$job_folder/head" -w '%{http_code}')
  shift 2
  [[ $# -eq 0 ]] || shift
  [[ -z "$body" ]] || options+=(-H 'Content-Type: application/json' -d "$body")
  for header in "$@"; do options+=(-H "$header"); done
  # Not as a word of the command, which everybody on the machine can read.
  job_status=$(curl "${options[@]}" --config <(job_key) "$base_url$path") || die "$method $path: no answer"
}

job_key() { [[ -z "${REMIT_KEY:-}" ]] || printf 'header = "Authorization: Bearer %s"\n' "$REMIT_KEY"; }

job_expect() {
  [[ "$job_status" == "$1" ]] || die "$2 answered $job_status instead of $1: $(head -c 500 "$job_folder/body")"
}

job_field() { jq -r "$1" "$job_folder/body"; }

job_header() { sed -n "s/^$1: *\\([^\\r]*\\).*/\\1/Ip" "$job_folder/head" | tr -d '\r'; }

job_quote() {
  local body='{"from_currency":"USD","to_currency":"EUR","amount":100000}'
  say
  step "POST /quotes $body"
  job_request POST /quotes "$body"
  job_expect 200 'POST /quotes'
  job_quote_id=$(job_field .quote_id)
  job_payout=$(job_field .guaranteed_payout)
  say "    $job_quote_id"
  say "    $(job_money 100000 USD) − $(job_money "$(job_field .fees.total_fees)" USD) fees, at $(job_field .exchange_rate)" \
    "→ $(job_money "$job_payout" EUR) guaranteed"
}

# Prints the transitions that were not printed yet, as the service recorded them.
job_print_history() {
  local total
  total=$(job_field '.state_history | length')
  if ((total > job_seen)); then
    jq -r --argjson seen "$job_seen" \
      '.state_history[$seen:][] | "    \(.timestamp)  \(.to_status)\t\(.message // "")"' "$job_folder/body" |
      expand -t 50
    job_seen=$total
  fi
}

# job_await ID: until a final state, which is left in job_final.
job_await() {
  local began=$SECONDS
  job_seen=0
  while :; do
    job_request GET "/payments/$1"
    job_expect 200 "GET /payments/$1"
    [[ -z "${2:-}" ]] || job_print_history
    job_final=$(job_field .status)
    case $job_final in COMPLETED | FAILED | CANCELLED) return ;; esac
    ((SECONDS - began < 60)) || die "payment $1 is still $job_final after 60 s"
    sleep 0.1
  done
}

job_conversion() {
  local body key first payment paid
  key=run-$(job_uuid)
  body=$(jq -nc --arg quote "$job_quote_id" '{amount: 100000, currency: "USD", source_account: "user123",
    destination_account: "merchant456", quote_id: $quote, destination_currency: "EUR"}')
  say
  step "POST /payments $body"
  say "    Idempotency-Key: $key"
  job_request POST /payments "$body" "Idempotency-Key: $key"
  job_expect 202 'POST /payments'
  payment=$(job_field .payment_id)
  first=$(<"$job_folder/body")
  printf '    %s  %s\tpayment %s\n' "$(job_field .created_at)" "$(job_field .status)" "$payment" | expand -t 50
  job_await "$payment" aloud
  paid=$(job_field .guaranteed_payout_amount)
  [[ "$job_final" == COMPLETED ]] || die "payment $payment ended $job_final: $(job_field '.error_code // "no code"')"
  [[ "$paid" == "$job_payout" ]] || die "payment $payment paid $paid, the quote said $job_payout"
  say "    paid out: $(job_money "$paid" EUR), as quoted, over $(job_field .on_ramp_provider) and $(job_field .off_ramp_provider)"

  say
  step 'The same request again: one effect, one answer'
  job_request POST /payments "$body" "Idempotency-Key: $key"
  job_expect 202 'POST /payments, repeated'
  [[ "$(job_header Idempotent-Replayed)" == true ]] || die 'the repeated request was not answered with Idempotent-Replayed: true'
  [[ "$(<"$job_folder/body")" == "$first" ]] || die 'the repeated request was answered differently'
  say "    202, Idempotent-Replayed: true, payment $(job_field .payment_id)"
}

# job_charge AMOUNT: its id is left in job_charge_id.
job_charge() {
  job_charge_id=$(job_uuid)
  job_request POST /payments "{\"correlationId\":\"$job_charge_id\",\"amount\":$1}"
  job_expect 202 'POST /payments (charge)'
}

# job_await_charge ID [aloud]
job_await_charge() {
  job_await "$@"
  [[ "$job_final" == COMPLETED ]] || die "charge $1 ended $job_final"
}

job_charges() {
  local -a ids=() amounts=(19.90 0.01 100.00 7.35 1250.00)
  local amount id from sum=137726
  from=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  say
  step "POST /payments, ${#amounts[@]} charges of ${amounts[*]}"
  for amount in "${amounts[@]}"; do
    job_charge "$amount"
    ids+=("$job_charge_id")
  done
  for id in "${ids[@]}"; do
    job_await_charge "$id"
    say "    $(job_field .updated_at)  COMPLETED  $id"
  done
  say
  step "GET /payments-summary?from=$from"
  job_request GET "/payments-summary?from=$from"
  job_expect 200 'GET /payments-summary'
  say "    $(<"$job_folder/body")"
  jq -e --argjson count "${#amounts[@]}" --argjson sum "$sum" '
    .default.totalRequests + .fallback.totalRequests == $count and
    ((.default.totalAmount + .fallback.totalAmount) * 100 | round) == $sum' "$job_folder/body" >/dev/null ||
    die "the summary is not the ${#amounts[@]} charges of $(job_money "$sum" BRL) that were sent"
  say "    as sent: ${#amounts[@]} charges, $(job_money "$sum" BRL)"
}

main_job() {
  job_folder=$1
  mkdir -p "$job_folder"
  job_quote
  job_conversion
  job_charges
}
