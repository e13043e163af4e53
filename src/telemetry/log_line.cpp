#include "log_line.hpp"

#include <algorithm>
#include <cstdint>

#include "remit/base/text.hpp"

namespace remit::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_ascii(std::string& out, char c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c < ' ' || c == '\x7F') {
    out += "\\u00";
    out += kHexDigits[static_cast<std::uint8_t>(c) >> 4];
    out += kHexDigits[static_cast<std::uint8_t>(c) & 0x0F];
  } else {
    out += c;
  }
}

/// Any bytes as the inside of a JSON string (RFC 8259 §7): valid UTF-8 passes, the rest becomes
/// U+FFFD.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (length == 1) {
      append_ascii(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

std::string_view name_of(Level level) { return kLevelNames.at(static_cast<std::size_t>(level)); }

/// Longest text of a field: text from outside may be of any length.
constexpr std::size_t kLongestText = 4'096;

std::string shortened(const std::string& text) {
  if (text.size() <= kLongestText) return text;
  return std::string(clip_text(text, kLongestText)) + "… (" + std::to_string(text.size()) +
         " bytes)";
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_quoted(out += ',', name);
  append_quoted(out += ':', text);
}

void append_member(std::string& out, const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    append_member(out, field.name, shortened(*text));
    return;
  }
  append_quoted(out += ',', field.name);
  out += ':';
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*number);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

/// Bare when that is unambiguous, quoted otherwise.
void append_word(std::string& out, std::string_view text) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '='; };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) {
    out += text;
  } else {
    append_quoted(out, text);
  }
}

void append_pair(std::string& out, std::string_view name, std::string_view text) {
  append_word(out += ' ', name);
  append_word(out += '=', text);
}

void append_pair(std::string& out, const Field& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    append_pair(out, field.name, shortened(*text));
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    append_pair(out, field.name, std::to_string(*number));
  } else {
    append_pair(out, field.name, std::get<bool>(field.value) ? "true" : "false");
  }
}

}  // namespace

std::string to_json_line(const Event& event) {
  std::string out = R"({"ts":")" + to_rfc3339_milliseconds(event.time) + '"';
  append_member(out, "level", name_of(event.level));
  append_member(out, "event", event.words);
  if (event.trace != nullptr) {
    append_member(out, "request_id", event.trace->request_id);
    append_member(out, "trace_id", event.trace->trace_id);
  }
  for (const Field& field : event.fields) append_member(out, field);
  return out += '}';
}

std::string to_text_line(const Event& event) {
  std::string out = to_rfc3339_milliseconds(event.time) + ' ';
  out += name_of(event.level);
  out.append(6 - name_of(event.level).size(), ' ');
  append_escaped(out, event.words);
  if (event.trace != nullptr) {
    append_pair(out, "request_id", event.trace->request_id);
    append_pair(out, "trace_id", event.trace->trace_id);
  }
  for (const Field& field : event.fields) append_pair(out, field);
  return out;
}

}  // namespace remit::telemetry
