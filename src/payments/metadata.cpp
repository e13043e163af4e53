#include "metadata.hpp"

#include <charconv>
#include <cmath>
#include <optional>

namespace remit::payments {
namespace {

constexpr const char* kName = "metadata";

/// Not infinite, and not zero unless it was written as zero.
bool fits_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return false;
  }
  const std::size_t exponent = text.find_first_of("eE");
  const bool is_written_zero =
      text.substr(0, exponent).find_first_of("123456789") == std::string::npos;
  return value != 0 || is_written_zero;
}

/// Where the first number stands that does not fit, below `value`; empty: there is none.
std::optional<std::string> misfit(const net::JsonValue& value) {
  if (const net::JsonNumber* number = value.number()) {
    return fits_double(number->text) ? std::nullopt : std::optional<std::string>("");
  }
  if (const net::JsonArray* array = value.array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (const auto below = misfit((*array)[i])) return "/" + std::to_string(i) + *below;
    }
  }
  if (const net::JsonObject* object = value.object()) {
    for (const auto& [name, member] : *object) {
      if (const auto below = misfit(member)) return net::pointer_to(name) + *below;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string read_metadata(net::FieldReader& fields) {
  const net::JsonValue* value = fields.object(kName);
  if (value == nullptr) return {};
  if (value->object()->size() > kMaxMetadataMembers) {
    fields.add_error(kName,
                     "must have at most " + std::to_string(kMaxMetadataMembers) + " members");
  }
  std::string text = net::json_text(*value);
  if (text.size() > kMaxMetadataBytes) {
    fields.add_error(kName, "must have at most " + std::to_string(kMaxMetadataBytes) + " bytes");
  } else if (const auto below = misfit(*value)) {
    fields.add_error_at(net::pointer_to(kName) + *below,
                        "must be a number that a double-precision float can hold");
  }
  return text;
}

}  // namespace remit::payments
