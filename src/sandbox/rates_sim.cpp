#include "remit/sandbox/rates_sim.hpp"

#include <string>
#include <utility>

#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"
#include "sim_answers.hpp"
#include "sim_routes.hpp"

namespace remit::sandbox {

namespace {

constexpr std::int64_t kOne = 100'000'000;

/// What a dollar buys, scaled by 10^8.
std::int64_t dollar_buys(Currency currency) {
  switch (currency) {
    case Currency::USD:
    case Currency::USDC:
      return kOne;
    case Currency::EUR:
      return 92'050'000;
    case Currency::GBP:
      return 78'930'000;
    case Currency::JPY:
      return 14'962'000'000;
    case Currency::AUD:
      return 152'740'000;
    case Currency::CAD:
      return 136'210'000;
    case Currency::BRL:
      return 543'180'000;
  }
  return kOne;
}

/// `above` / `below`, half-up; at least the smallest rate there is.
Rate ratio(std::int64_t above, std::int64_t below) {
  __extension__ using Wide = __int128;
  const Wide doubled = Wide{2} * above * kOne + below;
  const auto scaled = static_cast<std::int64_t>(doubled / (Wide{2} * below));
  return Rate::from_scaled(scaled > 0 ? scaled : 1).value_or(Rate());
}

Result<std::pair<Currency, Currency>> read_pair(std::string_view from, std::string_view to) {
  const std::optional<Currency> first = parse_currency(from);
  const std::optional<Currency> second = parse_currency(to);
  if (first && second) return std::pair(*first, *second);
  return fail(kValidationError, "from and to must be currencies of this source");
}

void write_pair(net::JsonWriter& out, std::pair<Currency, Currency> pair, Rate rate) {
  out.member("from", to_string(pair.first))
      .member("to", to_string(pair.second))
      .member("rate", print_decimal(rate.scaled(), Rate::kScale));
}

}  // namespace

void RatesSim::add_routes(const std::shared_ptr<RatesSim>& self, net::Router& router) {
  using enum net::Method;
  // Asking is all the work there is here, so the faults hit it whatever `reads` says.
  SimRoutes<RatesSim>(self, router)
      .add(get, "/rates", Access::work, &RatesSim::show)
      .add(put, "/admin/rates", Access::control, &RatesSim::put_rate)
      .add(get, "/health", Access::control, &RatesSim::health)
      .add(get, "/admin/books", Access::control, &RatesSim::books)
      .add_faults();
}

void RatesSim::set_rate(Pair pair, Rate rate) {
  moved_.erase({pair.second, pair.first});
  moved_.insert_or_assign(pair, rate);
}

std::optional<Rate> RatesSim::moved(Pair pair) const {
  if (const auto found = moved_.find(pair); found != moved_.end()) return found->second;
  if (const auto found = moved_.find({pair.second, pair.first}); found != moved_.end()) {
    return ratio(kOne, found->second.scaled());
  }
  return std::nullopt;
}

Rate RatesSim::per_dollar(Currency currency) const {
  return moved({Currency::USD, currency}).value_or(ratio(dollar_buys(currency), kOne));
}

Rate RatesSim::rate(Pair pair) const {
  if (pair.first == pair.second) return {};
  if (const std::optional<Rate> known = moved(pair)) return *known;
  return ratio(per_dollar(pair.second).scaled(), per_dollar(pair.first).scaled());
}

Result<net::Response> RatesSim::show(const net::Request& request) {
  const Result<Pair> pair =
      read_pair(request.query_value("from").value_or(""), request.query_value("to").value_or(""));
  if (!pair) return fail(pair.error());
  const Duration age = std::chrono::milliseconds(faults_.settings().stale_by_ms);
  net::JsonWriter out;
  write_pair(out.begin_object(), *pair, rate(*pair));
  out.member("as_of", to_rfc3339_milliseconds(context_.clock.now() - age)).end_object();
  return net::json_response(200, out.take());
}

Result<net::Response> RatesSim::put_rate(const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<std::string> from = fields.text("from", 1, 10);
  const std::optional<std::string> to = fields.text("to", 1, 10);
  const std::optional<std::string> text = fields.number_or_text("rate");
  if (!fields.ok()) return fail(fields.problem());
  const Result<Pair> pair = read_pair(*from, *to);
  if (!pair) return fail(pair.error());
  const std::expected<Rate, std::string> rate = Rate::parse(*text);
  if (!rate) fields.add_error("rate", rate.error());
  if (pair->first == pair->second) fields.add_error("to", "must differ from `from`");
  if (!fields.ok()) return fail(fields.problem());
  net::JsonWriter answer;
  write_pair(answer.begin_object(), *pair, *rate);
  const std::string record = answer.end_object().take();
  if (const Result<void> kept = keep(record); !kept) return fail(kept.error());
  set_rate(*pair, *rate);
  return net::json_response(200, record);
}

Result<net::Response> RatesSim::books(const net::Request&) {
  net::JsonWriter out;
  out.begin_object().member("provider", name()).name("records").begin_array();
  for (const auto& [pair, rate] : moved_) {
    write_pair(out.begin_object(), pair, rate);
    out.end_object();
  }
  out.end_array().end_object();
  return net::json_response(200, out.take());
}

bool RatesSim::replay(const net::JsonValue& record) {
  net::FieldReader fields(record);
  const std::optional<std::string> from = fields.text("from", 1, 10);
  const std::optional<std::string> to = fields.text("to", 1, 10);
  const std::optional<std::string> rate = fields.text("rate", 1, 30);
  if (!fields.ok()) return false;
  const Result<Pair> pair = read_pair(*from, *to);
  const std::expected<Rate, std::string> known = Rate::parse(*rate);
  if (!pair || !known) return false;
  set_rate(*pair, *known);
  return true;
}

}  // namespace remit::sandbox
