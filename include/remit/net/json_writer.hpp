// Writes JSON text member by member, in the order given, with numbers exactly as their characters:
// what answers with money in them are made of. One pass, one string, no tree. Any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace remit::net {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  /// The name of the member whose value comes next.
  JsonWriter& name(std::string_view name);

  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// Text that is already JSON: an exact decimal, a stored document.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member(std::string_view key, std::string_view value) {
    return name(key).string(value);
  }
  JsonWriter& member(std::string_view key, std::int64_t value) { return name(key).integer(value); }
  JsonWriter& member(std::string_view key, std::same_as<bool> auto value) {
    return name(key).boolean(value);
  }
  /// Of a value that is already JSON.
  JsonWriter& raw_member(std::string_view key, std::string_view json) {
    return name(key).raw(json);
  }
  /// Several that are already JSON, "a":1,"b":2, at least one.
  JsonWriter& raw_members(std::string_view json) { return raw(json); }
  /// null when empty.
  JsonWriter& member_or_null(std::string_view key, std::string_view value);

  /// Room for so many bytes.
  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace remit::net
