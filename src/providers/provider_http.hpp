// What the provider clients share: making a call, judging what came of it, reading answers safely.
//
// An answer is foreign: a member that is missing or of another type is an empty optional, never an
// exception. Loop thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/net/client.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"
#include "remit/providers/verdict.hpp"

namespace remit::providers {

[[nodiscard]] net::Call make_call(net::Method method, std::string target, std::string body,
                                  const CallContext& context);

/// The fields of a JSON object.
class JsonFields {
 public:
  /// Empty: not a JSON object.
  [[nodiscard]] static std::optional<JsonFields> read(std::string_view body);

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> count(std::string_view name) const;  ///< integer >= 0
  /// A number or a text that holds one, as an integer scaled by 10^`scale`.
  [[nodiscard]] std::optional<std::int64_t> decimal(std::string_view name, int scale) const;
  /// The same with the digits beyond cut off.
  [[nodiscard]] std::optional<std::int64_t> decimal_cut(std::string_view name, int scale) const;
  [[nodiscard]] std::optional<Uuid> uuid(std::string_view name) const;

 private:
  explicit JsonFields(net::JsonValue value) : value_(std::move(value)) {}
  [[nodiscard]] const net::JsonValue* find(std::string_view name) const;
  [[nodiscard]] const std::string* decimal_text(std::string_view name) const;

  net::JsonValue value_;
};

/// For the verdict on it.
[[nodiscard]] Reply reply_of(const net::Answer& answer);

/// A submission that got no answer: refused when not one byte was sent, else unknown.
[[nodiscard]] Outcome unanswered_submission(const net::CallError& error);
/// A question that got no answer says nothing.
[[nodiscard]] Outcome unanswered_query(const net::CallError& error);

/// An answer that is not what the contract says.
[[nodiscard]] Outcome malformed(const net::Answer& answer, std::string_view what);

/// "HTTP 422: no such account"
[[nodiscard]] std::string describe(const net::Answer& answer);

/// For questions outside of legs (health, fees, rates, summaries).
[[nodiscard]] Problem unreachable(const net::CallResult& result);

/// {"failing":…,"minResponseTime":…}, the latter in whole milliseconds.
[[nodiscard]] HealthAnswer read_health(const net::CallResult& result);

}  // namespace remit::providers
