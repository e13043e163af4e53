// Values out of result fields. For files with SQL alone: libpqxx appears here.
//
// They are of type std::int64_t, int, bool, std::string, TenantId, Bucket, Uuid, Timestamp,
// Currency, Rate, or std::optional of these. `read` throws std::runtime_error when the text is not
// such a value, or is NULL without optional: a defect of the statement, or of a newer version of
// the program, never a client's fault. Timestamps rely on the session of a lane: ISO, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/result>
#include <pqxx/row>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "remit/base/money.hpp"
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
void parse(std::string_view text, Currency& value);
void parse(std::string_view text, Rate& value);

}  // namespace detail

template <class T>
[[nodiscard]] T read(const pqxx::field& field) {
  if constexpr (std::is_same_v<T, TenantId>) {
    return TenantId(read<int>(field));
  } else if constexpr (std::is_same_v<T, Bucket>) {
    return Bucket(read<int>(field));
  } else if constexpr (requires(T value) { value.has_value(); }) {
    if (field.is_null()) return std::nullopt;
    return read<typename T::value_type>(field);
  } else {
    T value{};
    detail::parse(detail::text_of(field), value);
    return value;
  }
}

/// The first values of a row, in the order in which its statement names them.
template <class... T>
[[nodiscard]] std::tuple<T...> read_row(const pqxx::row& row) {
  if (row.size() < static_cast<pqxx::row::size_type>(sizeof...(T))) {
    throw std::logic_error("a row of too few columns");
  }
  auto field = row.begin();
  return std::tuple<T...>{read<T>(*field++)...};
}

/// The only value of the only row.
template <class T>
[[nodiscard]] T read_value(const pqxx::result& rows) {
  const auto [value] = read_row<T>(rows.front());
  return value;
}

}  // namespace remit::storage
