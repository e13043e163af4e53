// A one-dimensional PostgreSQL array as statement parameter: what `unnest($1::uuid[],
// $2::bigint[])` is fed with, one element per slot of a batch. Text is quoted and escaped, so any
// content is safe.
//
// A plain value of one thread. Throws std::invalid_argument for text with a NUL character, which
// PostgreSQL cannot hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::storage {

class ArrayParameter {
 public:
  /// Room for so many elements of an id's length.
  void reserve(std::size_t elements);

  void add(std::string_view text);
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  void add(std::int64_t number);
  void add(int number) { add(std::int64_t{number}); }
  void add(bool value);
  void add(const Uuid& id);
  void add(Timestamp time);
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add_null();
    }
  }
  void add_null();
  /// NULL in place of an empty text.
  void add_unless_empty(std::string_view text) { text.empty() ? add_null() : add(text); }

  /// "{…}", complete after every `add`.
  [[nodiscard]] const std::string& literal() const { return literal_; }

 private:
  void add_plain(std::string_view element);
  void open();

  std::string literal_ = "{}";
};

}  // namespace remit::storage
