#include "remit/sandbox/rates_sim.hpp"

#include <array>
#include <string>
#include <utility>

#include "object_text.hpp"
#include "remit/base/decimal.hpp"
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

struct Pair {
  Currency from = Currency::USD;
  Currency to = Currency::USD;
};

Result<Pair> read_pair(std::string_view from, std::string_view to) {
  const std::optional<Currency> first = parse_currency(from);
  const std::optional<Currency> second = parse_currency(to);
  if (first && second) return Pair{*first, *second};
  return fail(kValidationError, "from and to must be currencies of this source");
}

}  // namespace

RatesSim::RatesSim(SimContext context)
    : context_(std::move(context)),
      faults_(context_.seed, context_.name),
      gate_(faults_, *context_.pauses, {}) {}

void RatesSim::add_routes(const std::shared_ptr<RatesSim>& self, net::Router& router) {
  using enum net::Method;
  // Asking is all the work there is here, so the faults hit it whatever `reads` says.
  SimRoutes<RatesSim>(self, &self->gate_, router)
      .add(get, "/rates", Access::work, &RatesSim::show)
      .add(put, "/admin/rates", Access::control, &RatesSim::put_rate)
      .add(get, "/health", Access::control, &RatesSim::health)
      .add(get, "/admin/books", Access::control, &RatesSim::books)
      .add_faults();
}

std::optional<Rate> RatesSim::moved(Currency from, Currency to) const {
  if (const auto found = moved_.find({from, to}); found != moved_.end()) return found->second;
  if (const auto found = moved_.find({to, from}); found != moved_.end()) {
    return ratio(kOne, found->second.scaled());
  }
  return std::nullopt;
}

Rate RatesSim::per_dollar(Currency currency) const {
  return moved(Currency::USD, currency).value_or(ratio(dollar_buys(currency), kOne));
}

Rate RatesSim::rate(Currency from, Currency to) const {
  if (from == to) return {};
  if (const std::optional<Rate> pair = moved(from, to)) return *pair;
  return ratio(per_dollar(to).scaled(), per_dollar(from).scaled());
}

bool RatesSim::set_rate(Currency from, Currency to, Rate rate) {
  ObjectText record;
  record.text("from", to_string(from)).text("to", to_string(to)).number("rate", rate.scaled());
  if (!context_.journal->append(context_.name, record.done())) return false;
  moved_.erase({to, from});
  moved_.insert_or_assign({from, to}, rate);
  return true;
}

Result<net::Response> RatesSim::show(const net::Request& request) {
  const Result<Pair> pair =
      read_pair(request.query_value("from").value_or(""), request.query_value("to").value_or(""));
  if (!pair) return fail(pair.error());
  const Duration age = std::chrono::milliseconds(faults_.settings().stale_by_ms);
  ObjectText answer;
  answer.text("from", to_string(pair->from))
      .text("to", to_string(pair->to))
      .text("rate", print_decimal(rate(pair->from, pair->to).scaled(), Rate::kScale))
      .text("as_of", to_rfc3339_milliseconds(context_.clock.now() - age));
  return net::json_response(200, answer.done());
}

Result<net::Response> RatesSim::put_rate(const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<std::string> from = fields.text("from", 1, 10);
  const std::optional<std::string> to = fields.text("to", 1, 10);
  // As this source prints it, or as a number.
  const net::JsonObject* object = body->object();
  const auto member = object == nullptr ? net::JsonObject::const_iterator() : object->find("rate");
  const bool is_text =
      object != nullptr && member != object->end() && member->second.string() != nullptr;
  const std::optional<std::string> text =
      is_text ? *member->second.string() : fields.number_text("rate");
  if (!fields.ok()) return fail(fields.problem());
  const Result<Pair> pair = read_pair(*from, *to);
  if (!pair) return fail(pair.error());
  const std::expected<Rate, std::string> rate = Rate::parse(*text);
  if (!rate) fields.add_error("rate", rate.error());
  if (pair->from == pair->to) fields.add_error("to", "must differ from `from`");
  if (!fields.ok()) return fail(fields.problem());
  if (!set_rate(pair->from, pair->to, *rate)) return fail(kNotKept, "nothing was done");
  ObjectText answer;
  answer.text("from", to_string(pair->from))
      .text("to", to_string(pair->to))
      .text("rate", print_decimal(rate->scaled(), Rate::kScale));
  return net::json_response(200, answer.done());
}

Result<net::Response> RatesSim::health(const net::Request&) { return health_answer(faults_); }

Result<net::Response> RatesSim::books(const net::Request&) {
  std::string records;
  for (const auto& [pair, rate] : moved_) {
    ObjectText line;
    line.text("from", to_string(pair.first))
        .text("to", to_string(pair.second))
        .text("rate", print_decimal(rate.scaled(), Rate::kScale));
    records += records.empty() ? "" : ",";
    records += line.done();
  }
  ObjectText answer;
  answer.text("provider", context_.name).raw("records", "[" + records + "]");
  return net::json_response(200, answer.done());
}

bool RatesSim::replay(const net::JsonValue& record) {
  net::FieldReader fields(record);
  const std::optional<std::string> from = fields.text("from", 1, 10);
  const std::optional<std::string> to = fields.text("to", 1, 10);
  const std::optional<std::int64_t> scaled = fields.integer("rate", 1, INT64_MAX);
  if (!fields.ok()) return false;
  const Result<Pair> pair = read_pair(*from, *to);
  const std::optional<Rate> rate = Rate::from_scaled(*scaled);
  if (!pair || !rate) return false;
  moved_.erase({pair->to, pair->from});
  moved_.insert_or_assign({pair->from, pair->to}, *rate);
  return true;
}

}  // namespace remit::sandbox
