// Constant SQL with holes in it, which are filled with columns and parameters that are described
// elsewhere. Parameters are numbered in the order in which the holes stand. For files with SQL
// alone.
//
// clang-format off
//   const storage::ComposedStatement kInsert("note_insert", R"(
//       INSERT INTO note ({columns}) SELECT * FROM {notes})",
//       {{"{columns}", storage::names(kColumns)}, {"{notes}", storage::unnest(kColumns, "new")}});
// clang-format on
//
// Constants with static storage; throws std::logic_error for a hole that is not in the text.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/storage/transaction.hpp"

namespace remit::storage {

struct ColumnName {
  std::string_view name;
  std::string_view type;  ///< in SQL
};

/// What fills a hole: appended to `sql`, which has so many `parameters` by then.
using Filling = std::function<void(std::string& sql, int& parameters)>;

struct Hole {
  Hole(std::string_view name_in, Filling filling_in)
      : name(name_in), filling(std::move(filling_in)) {}
  Hole(std::string_view name_in, std::string_view text)
      : name(name_in),
        filling([text = std::string(text)](std::string& sql, int&) { sql += text; }) {}

  std::string_view name;  ///< "{notes}"
  Filling filling;
};

class ComposedStatement {
 public:
  ComposedStatement(const char* name, std::string_view text, std::initializer_list<Hole> holes);
  // NOLINTNEXTLINE(google-explicit-constructor): it is used like any other statement.
  operator Statement() const { return {name_, sql_.c_str()}; }

 private:
  const char* name_;
  std::string sql_;
};

/// "a, b, c", each behind `prefix`.
[[nodiscard]] std::string names(const std::vector<ColumnName>& columns,
                                std::string_view prefix = "");
/// "unnest($1::uuid[], $2::text[]) AS new (note_id, text)"; its parameters are RowArrays.
[[nodiscard]] Filling unnest(std::vector<ColumnName> columns, std::string_view alias);
/// A parameter that is a single value; with its type in SQL where nothing else says it.
[[nodiscard]] Filling parameter(std::string_view type = "");

}  // namespace remit::storage
