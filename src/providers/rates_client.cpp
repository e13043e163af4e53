#include "remit/providers/rates_client.hpp"

#include <algorithm>
#include <utility>

#include "provider_http.hpp"
#include "remit/telemetry/trace.hpp"

namespace remit::providers {

Task<Result<RateReading>> RatesClient::read(Currency from, Currency to, Duration timeout) {
  CallContext context;
  context.timeout = std::min(timeout, timeout_);
  context.trace = telemetry::new_trace();
  const std::string target =
      "/rates?from=" + std::string(to_string(from)) + "&to=" + std::string(to_string(to));
  net::Call call = make_call(net::Method::get, target, {}, context);
  const net::CallResult result = co_await client_->call(std::move(call));
  if (!result || result->status != 200) co_return fail(unreachable(result));
  const auto fields = JsonFields::read(result->body);
  if (!fields) co_return fail(kProviderUnreachable, "not a rate");
  const bool is_ours = parse_currency(fields->text("from").value_or("")) == from &&
                       parse_currency(fields->text("to").value_or("")) == to;
  // Finer than what is applied: cut, so that it never says more than the source did.
  const auto scaled = fields->decimal_cut("rate", Rate::kScale);
  const auto rate = scaled ? Rate::from_scaled(*scaled) : std::nullopt;
  const auto as_of = parse_timestamp(fields->text("as_of").value_or(""));
  if (!is_ours || !rate || !as_of) co_return fail(kProviderUnreachable, "not the rate asked for");
  co_return RateReading{*rate, *as_of};
}

}  // namespace remit::providers
