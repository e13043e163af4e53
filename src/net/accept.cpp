#include "remit/net/accept.hpp"

#include <charconv>

#include "text.hpp"

namespace remit::net {
namespace {

/// Takes the text up to `separator` off the front of `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return trim(part);
}

/// "q=0.5"; 1 when it is not said, 0 when it makes no sense.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = take_until(parameters, ';');
    const std::string_view name = take_until(value, '=');
    if (!equal_without_case(name, "q")) continue;
    double weight = 0;
    const auto result = std::from_chars(value.data(), value.data() + value.size(), weight);
    return result.ec == std::errc() && weight >= 0 && weight <= 1 ? weight : 0;
  }
  return 1;
}

/// How exactly a range names the type: 3 "text/csv", 2 "text/*", 1 "*/*", 0 not at all.
int exactness(std::string_view range, std::string_view type) {
  if (equal_without_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const std::size_t slash = type.find('/');
  const bool is_of_kind = range.size() == slash + 2 && range.ends_with("/*") &&
                          equal_without_case(range.substr(0, slash), type.substr(0, slash));
  return is_of_kind ? 2 : 0;
}

double weight_in(const Headers& headers, std::string_view type) {
  double weight = 0;
  int best = 0;
  for (const Header& header : headers.all()) {
    if (!equal_without_case(header.name, "Accept")) continue;
    std::string_view ranges = header.value;
    while (!ranges.empty()) {
      std::string_view range = take_until(ranges, ',');
      const int its = exactness(take_until(range, ';'), type);
      if (its <= best) continue;
      best = its;
      weight = weight_of(range);
    }
  }
  return weight;
}

}  // namespace

std::size_t preferred_type(const Headers& headers, std::span<const std::string_view> types) {
  std::size_t best = 0;
  double weight = 0;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const double its = weight_in(headers, types[i]);
    if (its > weight) {
      best = i;
      weight = its;
    }
  }
  return best;
}

}  // namespace remit::net
