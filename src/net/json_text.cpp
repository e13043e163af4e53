// JSON from values to text: quoting and the canonical form.
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "remit/net/json.hpp"

namespace remit::net {
namespace {

/// Of a character that cannot stand in a string as it is; empty for all others.
void append_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default: {
      const auto byte = static_cast<std::uint8_t>(c);
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    }
  }
}

bool needs_escape(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\'; }

/// Significant digits and a power of ten: "-12.50e3" is "-125e2". Exponents too long to add are
/// left as they were written: such numbers are equal only when spelled alike.
std::string normalised_number(const std::string& text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);

  const std::size_t exponent_at = rest.find_first_of("eE");
  std::int64_t exponent = 0;
  if (exponent_at != std::string_view::npos) {
    std::string_view written = rest.substr(exponent_at + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    if (written.size() > 15) return text;
    std::from_chars(written.data(), written.data() + written.size(), exponent);
    rest = rest.substr(0, exponent_at);
  }

  std::string digits(rest);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<std::int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return "0";
  while (digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  std::string out = negative ? "-" : "";
  out += digits;
  if (exponent != 0) out += 'e' + std::to_string(exponent);
  return out;
}

enum class Numbers : std::uint8_t { as_written, normalised };

struct ValueWriter {
  std::string& out;
  Numbers numbers;

  void write(const JsonValue& value) {
    if (const bool* boolean = value.boolean()) {
      out += *boolean ? "true" : "false";
    } else if (const JsonNumber* number = value.number()) {
      out += numbers == Numbers::normalised ? normalised_number(number->text) : number->text;
    } else if (const std::string* string = value.string()) {
      append_quoted_json(out, *string);
    } else if (const JsonArray* array = value.array()) {
      write_array(*array);
    } else if (const JsonObject* object = value.object()) {
      write_object(*object);
    } else {
      out += "null";
    }
  }

  void write_array(const JsonArray& array) {
    char before = '[';
    for (const JsonValue& element : array) {
      out += before;
      write(element);
      before = ',';
    }
    out += array.empty() ? "[]" : "]";
  }

  void write_object(const JsonObject& object) {
    char before = '{';
    for (const auto& [name, member] : object) {
      out += before;
      append_quoted_json(out, name);
      out += ':';
      write(member);
      before = ',';
    }
    out += object.empty() ? "{}" : "}";
  }
};

}  // namespace

std::string canonical_json(const JsonValue& value) {
  std::string out;
  ValueWriter{out, Numbers::normalised}.write(value);
  return out;
}

std::string json_text(const JsonValue& value) {
  std::string out;
  ValueWriter{out, Numbers::as_written}.write(value);
  return out;
}

void append_quoted_json(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if(text, needs_escape) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    append_escape(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string quote_json(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted_json(out, text);
  return out;
}

}  // namespace remit::net
