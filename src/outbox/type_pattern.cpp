#include "remit/outbox/type_pattern.hpp"

#include <algorithm>

namespace remit::outbox {
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

}  // namespace remit::outbox
