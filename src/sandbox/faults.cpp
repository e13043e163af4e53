#include "remit/sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <variant>

#include "remit/base/decimal.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::sandbox {

namespace {

constexpr int kRateDigits = 6;
constexpr std::int64_t kHourMs = 3'600'000;

/// A switch, or a number with so many digits after the point: 0, or one from `min` to `max`.
struct Fault {
  std::string_view name;
  std::variant<bool FaultSettings::*, std::int64_t FaultSettings::*> setting;
  std::int64_t max = 0;
  std::int64_t min = 0;
  int digits = 0;
};

constexpr Fault rate(std::string_view name, std::int64_t FaultSettings::* setting) {
  return {.name = name, .setting = setting, .max = kMillion, .digits = kRateDigits};
}

constexpr std::array<Fault, 20> kFaults = {
    {{"delay_ms", &FaultSettings::delay_ms, kHourMs},
     {"failing", &FaultSettings::failing},
     rate("reject_rate", &FaultSettings::reject_per_million),
     rate("drop_response_rate", &FaultSettings::drop_response_per_million),
     rate("garbage_rate", &FaultSettings::garbage_per_million),
     rate("half_answer_rate", &FaultSettings::half_answer_per_million),
     rate("late_error_rate", &FaultSettings::late_error_per_million),
     rate("late_refusal_rate", &FaultSettings::late_refusal_per_million),
     rate("gateway_rate", &FaultSettings::gateway_per_million),
     {"gateway_passes_on", &FaultSettings::gateway_passes_on},
     {"gateway_status", &FaultSettings::gateway_status, 499, 400},
     {"trickle_ms", &FaultSettings::trickle_ms, 10'000},
     {"invisible_ms", &FaultSettings::invisible_ms, kHourMs},
     {"settle_after_polls", &FaultSettings::settle_after_polls, kMillion},
     rate("fail_settlement_rate", &FaultSettings::fail_settlement_per_million),
     {"stuck", &FaultSettings::stuck},
     {"reads", &FaultSettings::reads},
     {"stale_by_ms", &FaultSettings::stale_by_ms, 24 * kHourMs},
     {"status", &FaultSettings::status, 599, 200},
     {"seed", &FaultSettings::seed, std::numeric_limits<std::int64_t>::max()}}};

/// A member that is absent changes nothing.
void read(net::FieldReader& fields, const Fault& fault, FaultSettings& settings) {
  using enum net::FieldReader::Presence;
  if (const auto* setting = std::get_if<bool FaultSettings::*>(&fault.setting)) {
    bool& is_on = settings.*(*setting);
    is_on = fields.boolean(fault.name, optional).value_or(is_on);
    return;
  }
  const std::optional<std::string> text = fields.number_text(fault.name, optional);
  if (!text) return;
  const std::expected<std::int64_t, std::string> number = parse_decimal(*text, fault.digits);
  if (number && *number <= fault.max && (*number == 0 || *number >= fault.min)) {
    settings.*std::get<std::int64_t FaultSettings::*>(fault.setting) = *number;
    return;
  }
  const auto print = [&](std::int64_t bound) {
    return print_decimal_shortest(bound, fault.digits);
  };
  fields.add_error(fault.name, "must be 0 or between " + print(fault.min) + " and " +
                                   print(fault.max) + ", with at most " +
                                   std::to_string(fault.digits) + " digits after the point");
}

void write(net::JsonWriter& out, const Fault& fault, const FaultSettings& settings) {
  if (const auto* setting = std::get_if<bool FaultSettings::*>(&fault.setting)) {
    out.member(fault.name, settings.*(*setting));
    return;
  }
  const std::int64_t number = settings.*std::get<std::int64_t FaultSettings::*>(fault.setting);
  out.raw_member(fault.name, print_decimal_shortest(number, fault.digits));
}

std::uint64_t finalize(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

void refuse_unknown(net::FieldReader& fields, const net::JsonValue& body) {
  const net::JsonObject* object = body.object();
  if (object == nullptr) return;
  for (const auto& [name, value] : *object) {
    if (std::ranges::find(kFaults, name, &Fault::name) == kFaults.end()) {
      fields.add_error(name, "is not a fault");
    }
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
  settings_.seed = static_cast<std::int64_t>(seed);
  restart_stream();
}

Result<void> Faults::update(const net::JsonValue& body) {
  net::FieldReader fields(body);
  FaultSettings next = settings_;
  refuse_unknown(fields, body);
  for (const Fault& fault : kFaults) read(fields, fault, next);
  if (!fields.ok()) return fail(fields.problem());
  settings_ = next;
  if (fields.has("seed")) restart_stream();
  return {};
}

std::string Faults::to_json() const {
  net::JsonWriter out;
  out.begin_object();
  for (const Fault& fault : kFaults) write(out, fault, settings_);
  out.end_object();
  return out.take();
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

void Faults::restart_stream() {
  state_ = mix_seed(static_cast<std::uint64_t>(settings_.seed), provider_);
}

}  // namespace remit::sandbox
