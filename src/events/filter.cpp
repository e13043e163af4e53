#include "remit/events/filter.hpp"

#include <algorithm>

namespace remit::events {
namespace {

constexpr std::size_t kLongestType = 64;
constexpr std::string_view kAnyOf = ".*";

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

bool matches_type(std::string_view pattern, std::string_view type) {
  if (!pattern.ends_with(kAnyOf)) return pattern == type;
  pattern.remove_suffix(1);  // with its dot: "payment." is not how "payments.made" begins
  return type.starts_with(pattern);
}

bool is_type_pattern(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (text.size() > kLongestType || dot == std::string_view::npos) return false;
  const std::string_view what = text.substr(dot + 1);
  return is_word(text.substr(0, dot)) && (what == "*" || is_word(what));
}

bool Filter::matches(const outbox::Event& event) const {
  if (!resource.empty() && event.resource != resource) return false;
  if (!user.empty() && event.user != user) return false;
  return types.empty() || std::ranges::any_of(types, [&](const std::string& pattern) {
           return matches_type(pattern, event.type);
         });
}

std::expected<std::vector<std::string>, std::string> parse_types(std::string_view text) {
  std::vector<std::string> types;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view type = text.substr(0, end);
    if (!is_type_pattern(type)) {
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
