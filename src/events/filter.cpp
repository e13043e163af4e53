#include "remit/events/filter.hpp"

#include <algorithm>

#include "remit/outbox/type_pattern.hpp"

namespace remit::events {

bool Filter::matches(const outbox::Event& event) const {
  if (!resource.empty() && event.resource != resource) return false;
  if (!user.empty() && event.user != user) return false;
  return types.empty() || std::ranges::any_of(types, [&](const std::string& pattern) {
           return outbox::matches_type(pattern, event.type);
         });
}

std::expected<std::vector<std::string>, std::string> parse_types(std::string_view text) {
  std::vector<std::string> types;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view type = text.substr(0, end);
    if (!outbox::is_type_pattern(type)) {
      return std::unexpected("is a list of types as in payment.completed,wallet.*");
    }
    types.emplace_back(type);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (types.size() > kMaxTypes) {
    return std::unexpected("has more than " + std::to_string(kMaxTypes) + " types");
  }
  return types;
}

}  // namespace remit::events
