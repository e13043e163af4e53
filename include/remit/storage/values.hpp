// Values out of result fields. For files with SQL alone: libpqxx appears here.
//
// `read<T>(row[0])` for std::int64_t, int, bool, std::string, TenantId, Uuid, Timestamp, and
// std::optional of these. Throws std::runtime_error when the text is not such a value, or is NULL
// without optional: a defect of the statement, never a client's fault. Timestamps rely on the
// session of a lane: ISO, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/result>
#include <string>
#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::storage {

namespace detail {

[[nodiscard]] std::string_view text_of(const pqxx::field& field);  // throws on NULL

void parse(std::string_view text, std::int64_t& value);
void parse(std::string_view text, int& value);
void parse(std::string_view text, bool& value);
void parse(std::string_view text, std::string& value);
void parse(std::string_view text, Uuid& value);
void parse(std::string_view text, Timestamp& value);

template <class T>
struct Reader {
  static T read(const pqxx::field& field) {
    T value{};
    parse(text_of(field), value);
    return value;
  }
};

template <>
struct Reader<TenantId> {
  static TenantId read(const pqxx::field& field) { return TenantId(Reader<int>::read(field)); }
};

template <class T>
struct Reader<std::optional<T>> {
  static std::optional<T> read(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return Reader<T>::read(field);
  }
};

}  // namespace detail

template <class T>
[[nodiscard]] T read(const pqxx::field& field) {
  return detail::Reader<T>::read(field);
}

}  // namespace remit::storage
