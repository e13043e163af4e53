#include "remit/sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "object_text.hpp"
#include "remit/base/decimal.hpp"
#include "sim_answers.hpp"

namespace remit::sandbox {

namespace {

constexpr int kRateDigits = 6;
constexpr std::int64_t kMaxDelayMs = 3'600'000;
constexpr std::int64_t kMaxStaleMs = 86'400'000;
constexpr std::int64_t kMaxTrickleMs = 10'000;

constexpr std::array<std::string_view, 20> kNames = {"delay_ms",
                                                     "failing",
                                                     "reject_rate",
                                                     "drop_response_rate",
                                                     "garbage_rate",
                                                     "half_answer_rate",
                                                     "late_error_rate",
                                                     "late_refusal_rate",
                                                     "gateway_rate",
                                                     "gateway_passes_on",
                                                     "gateway_status",
                                                     "stuck",
                                                     "trickle_ms",
                                                     "invisible_ms",
                                                     "reads",
                                                     "settle_after_polls",
                                                     "fail_settlement_rate",
                                                     "seed",
                                                     "stale_by_ms",
                                                     "status"};

std::uint64_t finalize(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

void read_rate(net::FieldReader& fields, std::string_view name, std::int64_t& target) {
  const std::optional<std::string> text =
      fields.number_text(name, net::FieldReader::Presence::optional);
  if (!text) return;
  const std::expected<std::int64_t, std::string> rate = parse_decimal(*text, kRateDigits);
  if (!rate || *rate > kMillion) {
    fields.add_error(name, "must be between 0 and 1, with at most six digits after the point");
    return;
  }
  target = *rate;
}

void read_whole(net::FieldReader& fields, std::string_view name, std::int64_t max,
                std::int64_t& target) {
  target = fields.integer(name, 0, max, net::FieldReader::Presence::optional).value_or(target);
}

void refuse_unknown(net::FieldReader& fields, const net::JsonValue& body) {
  const net::JsonObject* object = body.object();
  if (object == nullptr) return;
  for (const auto& [name, value] : *object) {
    if (std::ranges::find(kNames, name) == kNames.end()) fields.add_error(name, "is not a fault");
  }
}

}  // namespace

std::uint64_t mix_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  return finalize(hash ^ finalize(seed + 0x9e3779b97f4a7c15U));
}

Faults::Faults(std::uint64_t seed, std::string_view provider) : provider_(provider) {
  settings_.seed = seed;
  restart_stream();
}

Result<void> Faults::update(const net::JsonValue& body) {
  net::FieldReader fields(body);
  FaultSettings next = settings_;
  refuse_unknown(fields, body);
  read_whole(fields, "delay_ms", kMaxDelayMs, next.delay_ms);
  read_rate(fields, "reject_rate", next.reject_per_million);
  read_rate(fields, "drop_response_rate", next.drop_response_per_million);
  read_rate(fields, "garbage_rate", next.garbage_per_million);
  read_rate(fields, "half_answer_rate", next.half_answer_per_million);
  read_rate(fields, "late_error_rate", next.late_error_per_million);
  read_rate(fields, "late_refusal_rate", next.late_refusal_per_million);
  read_rate(fields, "gateway_rate", next.gateway_per_million);
  read_whole(fields, "gateway_status", 499, next.gateway_status);
  if (next.gateway_status != 0 && next.gateway_status < 400) {
    fields.add_error("gateway_status", "must be 0 or 400 to 499");
  }
  next.gateway_passes_on =
      read_boolean(fields, body, "gateway_passes_on").value_or(next.gateway_passes_on);
  read_rate(fields, "fail_settlement_rate", next.fail_settlement_per_million);
  read_whole(fields, "settle_after_polls", kMillion, next.settle_after_polls);
  read_whole(fields, "trickle_ms", kMaxTrickleMs, next.trickle_ms);
  read_whole(fields, "invisible_ms", kMaxDelayMs, next.invisible_ms);
  read_whole(fields, "stale_by_ms", kMaxStaleMs, next.stale_by_ms);
  read_whole(fields, "status", 599, next.status);
  if (next.status != 0 && next.status < 200) fields.add_error("status", "must be 0 or 200 to 599");
  next.failing = read_boolean(fields, body, "failing").value_or(next.failing);
  next.stuck = read_boolean(fields, body, "stuck").value_or(next.stuck);
  next.reads = read_boolean(fields, body, "reads").value_or(next.reads);
  const std::optional<std::int64_t> seed = fields.integer(
      "seed", 0, std::numeric_limits<std::int64_t>::max(), net::FieldReader::Presence::optional);
  if (!fields.ok()) return fail(fields.problem());
  settings_ = next;
  if (seed) {
    settings_.seed = static_cast<std::uint64_t>(*seed);
    restart_stream();
  }
  return {};
}

std::string Faults::to_json() const {
  ObjectText object;
  object.number("delay_ms", settings_.delay_ms)
      .boolean("failing", settings_.failing)
      .raw("reject_rate", print_decimal_shortest(settings_.reject_per_million, kRateDigits))
      .raw("drop_response_rate",
           print_decimal_shortest(settings_.drop_response_per_million, kRateDigits))
      .raw("garbage_rate", print_decimal_shortest(settings_.garbage_per_million, kRateDigits))
      .raw("half_answer_rate",
           print_decimal_shortest(settings_.half_answer_per_million, kRateDigits))
      .raw("late_error_rate", print_decimal_shortest(settings_.late_error_per_million, kRateDigits))
      .raw("late_refusal_rate",
           print_decimal_shortest(settings_.late_refusal_per_million, kRateDigits))
      .raw("gateway_rate", print_decimal_shortest(settings_.gateway_per_million, kRateDigits))
      .boolean("gateway_passes_on", settings_.gateway_passes_on)
      .number("gateway_status", settings_.gateway_status)
      .number("trickle_ms", settings_.trickle_ms)
      .number("invisible_ms", settings_.invisible_ms)
      .number("settle_after_polls", settings_.settle_after_polls)
      .raw("fail_settlement_rate",
           print_decimal_shortest(settings_.fail_settlement_per_million, kRateDigits))
      .boolean("stuck", settings_.stuck)
      .boolean("reads", settings_.reads)
      .number("stale_by_ms", settings_.stale_by_ms)
      .number("status", settings_.status)
      .raw("seed", std::to_string(settings_.seed));
  return object.done();
}

bool Faults::happens(std::int64_t per_million) {
  if (per_million <= 0) return false;
  if (per_million >= kMillion) return true;
  return next() % static_cast<std::uint64_t>(kMillion) < static_cast<std::uint64_t>(per_million);
}

std::int64_t Faults::draw_polls_to_settle() {
  const std::int64_t drawn = 2 + static_cast<std::int64_t>(next() % 3);
  return settings_.settle_after_polls > 0 ? settings_.settle_after_polls : drawn;
}

int Faults::draw_gateway_status() {
  constexpr std::array<int, 7> kUsual = {401, 403, 404, 408, 409, 413, 425};
  if (settings_.gateway_status != 0) return static_cast<int>(settings_.gateway_status);
  return kUsual[static_cast<std::size_t>(next() % kUsual.size())];
}

std::uint64_t Faults::next() {
  state_ += 0x9e3779b97f4a7c15U;
  return finalize(state_);
}

void Faults::restart_stream() { state_ = mix_seed(settings_.seed, provider_); }

}  // namespace remit::sandbox
