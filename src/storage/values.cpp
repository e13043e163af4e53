#include "remit/storage/values.hpp"

#include <charconv>
#include <stdexcept>

namespace remit::storage::detail {
namespace {

[[noreturn]] void refuse(const char* type) {
  throw std::runtime_error(std::string("a result field does not hold ") + type);
}

template <class Number>
void parse_number(std::string_view text, Number& value, const char* type) {
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) refuse(type);
}

template <class Parsed, class Value>
void take(const Parsed& parsed, Value& value, const char* type) {
  if (!parsed) refuse(type);
  value = *parsed;
}

}  // namespace

std::string_view text_of(const pqxx::field& field) {
  if (field.is_null()) refuse("a value: it is NULL");
  return {field.c_str(), field.size()};
}

void parse(std::string_view text, std::int64_t& value) { parse_number(text, value, "an integer"); }
void parse(std::string_view text, int& value) { parse_number(text, value, "an integer"); }

void parse(std::string_view text, bool& value) {
  if (text != "t" && text != "f") refuse("a boolean");
  value = text == "t";
}

void parse(std::string_view text, std::string& value) { value = text; }

void parse(std::string_view text, Uuid& value) { take(Uuid::parse(text), value, "a UUID"); }

void parse(std::string_view text, Currency& value) {
  const std::optional<Currency> parsed = parse_currency(text);
  if (!parsed) throw std::runtime_error("its currency is " + std::string(text));
  value = *parsed;
}

void parse(std::string_view text, Rate& value) {
  std::int64_t scaled = 0;
  parse(text, scaled);
  take(Rate::from_scaled(scaled), value, "a rate");
}

// "2026-11-20 17:05:01.123+00": RFC 3339 but for the blank and the short offset.
void parse(std::string_view text, Timestamp& value) {
  constexpr std::size_t kDateLength = 10;
  constexpr std::string_view kUtc = "+00";
  if (text.size() <= kDateLength + kUtc.size() || text[kDateLength] != ' ' ||
      !text.ends_with(kUtc)) {
    refuse("a timestamp in UTC");
  }
  std::string rfc3339(text.substr(0, text.size() - kUtc.size()));
  rfc3339[kDateLength] = 'T';
  rfc3339 += 'Z';
  take(parse_timestamp(rfc3339), value, "a timestamp");
}

}  // namespace remit::storage::detail
