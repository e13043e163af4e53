#include "target.hpp"

#include <algorithm>

#include "text.hpp"

namespace remit::net {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

/// unreserved, sub-delims and '%' of RFC 3986 §3.2.2.
bool is_name_character(char c) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=%";
  return is_letter(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
}

bool is_address_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

}  // namespace

std::optional<Method> parse_method(std::string_view text) {
  for (const Method method : kMethods) {
    if (to_string(method) == text) return method;
  }
  return std::nullopt;
}

std::optional<SplitTarget> split_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = target.find_first_of("/?");
    if (!is_valid_host(target.substr(0, end))) return std::nullopt;
    if (end == std::string_view::npos) return SplitTarget{"/", {}};
    target.remove_prefix(end);
    if (target.front() == '?') return SplitTarget{"/", target.substr(1)};
    break;
  }
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return std::nullopt;
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return SplitTarget{target, {}};
  return SplitTarget{target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

bool is_valid_host(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    if (!std::ranges::all_of(text.substr(1, end - 1), is_address_character)) return false;
    const std::string_view rest = text.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty() || !std::ranges::all_of(name, is_name_character)) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

}  // namespace remit::net
