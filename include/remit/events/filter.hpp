// Which events one wants to see. Pure; any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "remit/outbox/fact.hpp"

namespace remit::events {

/// Empty members: all of them.
struct Filter {
  /// "payment.completed", or "payment.*" for all that begin so.
  std::vector<std::string> types;
  std::string resource;
  std::string user;

  [[nodiscard]] bool matches(const outbox::Event& event) const;
};

inline constexpr std::size_t kMaxTypes = 20;

/// "payment.*,wallet.updated"; the error says what is wrong with it.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> parse_types(
    std::string_view text);

}  // namespace remit::events
