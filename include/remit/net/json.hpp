// JSON from outside, read strictly (docs/openapi.json) and kept exactly: numbers stay the
// characters they were, so that money never passes through a float.
//
// Refused with kInvalidJson: not UTF-8, nesting over 32, too many values, two equal names in one
// object, NaN/Infinity, anything after the value, U+0000 in a string (PostgreSQL cannot hold it).
// Values own their text. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/uuid.hpp"

namespace remit::net {

/// In one text, names not counted. A value in memory is up to fifty times its text ("1,"): this
/// many are some 400 KB and half a millisecond of the loop; the largest body of the contract has a
/// few dozen, and metadata of ordinary values in its 16 KiB some hundreds.
inline constexpr std::size_t kMaxValues = 4'096;

class JsonValue;
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::map<std::string, JsonValue, std::less<>>;

/// A number as it was written.
struct JsonNumber {
  std::string text;
  friend bool operator==(const JsonNumber&, const JsonNumber&) = default;
};

class JsonValue {
 public:
  using Storage =
      std::variant<std::nullptr_t, bool, JsonNumber, std::string, JsonArray, JsonObject>;

  JsonValue() = default;
  explicit JsonValue(Storage value) : value_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value_); }
  [[nodiscard]] const JsonNumber* number() const { return std::get_if<JsonNumber>(&value_); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const JsonArray* array() const { return std::get_if<JsonArray>(&value_); }
  [[nodiscard]] const JsonObject* object() const { return std::get_if<JsonObject>(&value_); }

 private:
  Storage value_;
};

/// `most_values`: for a text that may be larger than others.
[[nodiscard]] Result<JsonValue> parse_json(std::string_view text,
                                           std::size_t most_values = kMaxValues);

/// The value as text: members sorted by name, numbers as they were written.
[[nodiscard]] std::string json_text(const JsonValue& value);

/// One text for all spellings of a value: members sorted, no white space, numbers normalised (1.0,
/// 1 and 10e-1 are the same). What request fingerprints are made of.
[[nodiscard]] std::string canonical_json(const JsonValue& value);

/// `text` with JSON escapes and quotes.
[[nodiscard]] std::string quote_json(std::string_view text);
/// The same at the end of `out`.
void append_quoted_json(std::string& out, std::string_view text);

/// "/name", escaped as a part of a JSON Pointer (RFC 6901).
[[nodiscard]] std::string pointer_to(std::string_view name);

/// Reads members of an object, of the objects inside it and of arrays, and gathers every fault with
/// its pointer ("/items/3/amount"), so that the client hears of all of them at once. Absent and
/// null are the same. After reading, ask `problem()`. Refers to the body.
class FieldReader {
 public:
  /// Faults that are told of one body.
  static constexpr std::size_t kMaxFaults = 100;

  /// A value that is not an object is itself the (only) fault.
  explicit FieldReader(const JsonValue& body);
  FieldReader(const FieldReader&) = delete;
  FieldReader& operator=(const FieldReader&) = delete;

  enum class Presence { required, optional };
  struct Count {
    std::size_t least = 0;
    std::size_t most = 0;
  };

  [[nodiscard]] bool has(std::string_view name) const;
  /// However it is written: 100, 100.0 and 1e2 are one integer (JSON Schema).
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max,
                                      Presence presence = Presence::required);
  /// Length is counted in Unicode code points.
  std::optional<std::string> text(std::string_view name, std::size_t min_length,
                                  std::size_t max_length, Presence presence = Presence::required);
  std::optional<bool> boolean(std::string_view name, Presence presence = Presence::required);
  std::optional<Uuid> uuid(std::string_view name, Presence presence = Presence::required);
  /// The characters of a number, for exact decimals.
  std::optional<std::string> number_text(std::string_view name,
                                         Presence presence = Presence::required);
  /// The same, or those of a text, whatever they are.
  std::optional<std::string> number_or_text(std::string_view name);
  /// An array of texts.
  std::vector<std::string> texts(std::string_view name, Count count, std::size_t max_length,
                                 Presence presence = Presence::required);
  using Inner = std::function<void(FieldReader& inner)>;
  /// Has the members of an object member read; whether there is one.
  bool inside(std::string_view name, const Inner& read, Presence presence = Presence::required);
  /// The same of each object of an array, in order; whether there is such an array.
  bool each(std::string_view name, Count count, const Inner& read,
            Presence presence = Presence::required);
  /// An object member, as a pointer into the body, or null.
  const JsonValue* object(std::string_view name, Presence presence = Presence::optional);

  void add_error(std::string_view name, std::string detail);
  /// Of something inside a member.
  void add_error_at(const std::string& pointer, std::string detail);
  [[nodiscard]] bool ok() const { return root_.errors_.empty(); }
  /// kValidationError with every field at fault; call when not ok().
  [[nodiscard]] Problem problem() const;

 private:
  /// Of a value inside the body; its faults are those of `outer`.
  FieldReader(const JsonValue& value, FieldReader& outer, std::string pointer);
  const JsonValue* find(std::string_view name, Presence presence);
  const JsonArray* array(std::string_view name, Count count, Presence presence);

  const JsonObject* object_ = nullptr;
  std::string pointer_;  ///< of the object in the body
  FieldReader& root_;
  std::vector<FieldError> errors_;  ///< the root's
};

}  // namespace remit::net
