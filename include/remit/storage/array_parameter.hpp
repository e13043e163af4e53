// A one-dimensional PostgreSQL array as statement parameter: what `unnest($1::uuid[],
// $2::bigint[])` is fed with, one element per slot of a batch.
//
// It travels in PostgreSQL's binary format, which neither side has to write and read as text: that
// took a third of what a statement over a batch costs. So the first value decides of which type the
// elements are, and the statement must name that type: std::int32_t and TenantId are integer,
// std::int64_t and Rate bigint, bool boolean, text and Currency text, Uuid uuid, Timestamp
// timestamptz. An array without any value is sent as text, which is right for every type.
//
// A plain value of one thread. Throws std::invalid_argument for text with a NUL character, which
// PostgreSQL cannot hold, and std::logic_error for values of several types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::storage {

class ArrayParameter {
 public:
  void add(std::string_view text);
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const char* text) { add(std::string_view(text)); }
  void add(std::int64_t number);
  void add(std::int32_t number);
  void add(TenantId tenant) { add(tenant.value()); }
  void add(Bucket bucket) { add(std::int32_t{bucket.value()}); }
  void add(bool value);
  void add(Currency currency) { add(to_string(currency)); }
  void add(const Rate& rate) { add(rate.scaled()); }
  void add(const Uuid& id);
  /// Timestamp::min() and max() are -infinity and infinity.
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

  /// Whether there is a value in it, and with it a type.
  [[nodiscard]] bool is_binary() const { return type_ != 0; }
  /// Complete after every `add`: the array in binary format if `is_binary`, else "{NULL,…}".
  [[nodiscard]] const std::string& content() const { return is_binary() ? binary_ : nulls_; }

 private:
  void begin_element(std::uint32_t type, std::size_t size);
  void begin(std::uint32_t type);
  void put_count();

  std::uint32_t type_ = 0;  ///< the elements' OID; 0: unknown so far
  std::uint32_t count_ = 0;
  bool has_null_ = false;
  std::string binary_;
  std::string nulls_ = "{}";
};

/// Several, which stand one after the other among the parameters of a statement.
class ArrayParameters {
 public:
  [[nodiscard]] const std::vector<ArrayParameter>& all() const { return arrays_; }

 protected:
  explicit ArrayParameters(std::size_t count) : arrays_(count) {}
  std::vector<ArrayParameter> arrays_;
};

}  // namespace remit::storage
