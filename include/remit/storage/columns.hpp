// The columns of a row, described once: their names, and the members that hold their values. From
// that come the lists of an INSERT or a SELECT, the arrays that a batch is sent as, and the reading
// of a result. For files with SQL alone: libpqxx appears here.
//
// clang-format off
//   constexpr storage::Column<Note> kColumns[] = {
//       storage::column<Note, &Note::id>("note_id"), storage::column<Note, &Note::text>("text")};
//
//   storage::RowArrays<Note> notes(kColumns);
//   for (const Note& note : all) notes.add(note);
//   transaction.execute(kInsert, notes);
// clang-format on
//
// Descriptions are constants; arrays and readers are of one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <pqxx/result>
#include <pqxx/row>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "remit/storage/array_parameter.hpp"
#include "remit/storage/composed_statement.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {

template <class Row>
struct Column : ColumnName {
  void (*add)(ArrayParameter& array, const Row& row);
  void (*set)(Row& row, const pqxx::field& field);  ///< null: it is only written
};

namespace detail {

template <class T>
inline constexpr std::string_view kSqlType = "text";
template <>
inline constexpr std::string_view kSqlType<std::int64_t> = "bigint";
template <>
inline constexpr std::string_view kSqlType<Rate> = "bigint";
template <>
inline constexpr std::string_view kSqlType<std::int32_t> = "integer";
template <>
inline constexpr std::string_view kSqlType<TenantId> = "integer";
template <>
inline constexpr std::string_view kSqlType<Bucket> = "integer";
template <>
inline constexpr std::string_view kSqlType<bool> = "boolean";
template <>
inline constexpr std::string_view kSqlType<Uuid> = "uuid";
template <>
inline constexpr std::string_view kSqlType<Timestamp> = "timestamptz";
template <class T>
inline constexpr std::string_view kSqlType<std::optional<T>> = kSqlType<T>;

template <auto first, auto... rest, class Row>
constexpr decltype(auto) follow(Row& row) {
  if constexpr (std::is_pointer_v<
                    std::remove_cvref_t<std::invoke_result_t<decltype(first), Row&>>>) {
    return follow<rest...>(*std::invoke(first, row));
  } else if constexpr (sizeof...(rest) > 0) {
    return follow<rest...>(std::invoke(first, row));
  } else {
    return std::invoke(first, row);
  }
}

/// Of anything that has a name and a type.
template <class Columns>
std::vector<ColumnName> names_of(const Columns& columns) {
  return {std::begin(columns), std::end(columns)};
}

}  // namespace detail

/// The column of a member: `column<Order, &Order::price, &Money::minor>("price")`. A path goes
/// through members and pointers, and may end with a function; what that answers is only written.
template <class Row, auto... path>
constexpr Column<Row> column(std::string_view name) {
  using Reference = decltype(detail::follow<path...>(std::declval<Row&>()));
  using Value = std::remove_cvref_t<Reference>;
  Column<Row> made{
      {name, detail::kSqlType<Value>},
      [](ArrayParameter& array, const Row& row) { array.add(detail::follow<path...>(row)); },
      nullptr};
  if constexpr (std::is_same_v<Reference, Value&>) {
    made.set = [](Row& row, const pqxx::field& field) {
      detail::follow<path...>(row) = read<Value>(field);
    };
  }
  return made;
}

/// Of a text that is NULL where it is empty.
template <class Row, auto... path>
constexpr Column<Row> nullable_text(std::string_view name) {
  Column<Row> made{{name, detail::kSqlType<std::string>},
                   [](ArrayParameter& array, const Row& row) {
                     array.add_unless_empty(detail::follow<path...>(row));
                   },
                   nullptr};
  if constexpr (std::is_same_v<decltype(detail::follow<path...>(std::declval<Row&>())),
                               std::string&>) {
    made.set = [](Row& row, const pqxx::field& field) {
      detail::follow<path...>(row) = read<std::optional<std::string>>(field).value_or("");
    };
  }
  return made;
}

template <class Columns>
[[nodiscard]] std::string names(const Columns& columns, std::string_view prefix = "") {
  return names(detail::names_of(columns), prefix);
}
template <class Columns>
[[nodiscard]] Filling unnest(const Columns& columns, std::string_view alias) {
  return unnest(detail::names_of(columns), alias);
}

/// The arrays of a batch of rows, one for each column.
template <class Row>
class RowArrays : public ArrayParameters {
 public:
  explicit RowArrays(std::span<const Column<Row>> columns)
      : ArrayParameters(columns.size()), columns_(columns) {}

  void add(const Row& row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].add(arrays_[i], row);
  }

 private:
  std::span<const Column<Row>> columns_;
};

/// Reads the rows of one result, whatever other columns it has.
template <class Row>
class RowReader {
 public:
  RowReader(std::span<const Column<Row>> columns, const pqxx::result& rows) : columns_(columns) {
    for (const Column<Row>& each : columns) {
      numbers_.push_back(rows.column_number(std::string(each.name)));
    }
  }

  /// `into` with what the columns hold.
  [[nodiscard]] Row read(const pqxx::row& row, Row into) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].set(into, row[numbers_[i]]);
    return into;
  }

 private:
  std::span<const Column<Row>> columns_;
  std::vector<pqxx::row::size_type> numbers_;
};

}  // namespace remit::storage
