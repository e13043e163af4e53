// What an operation's `execute` talks to the database through. For files with SQL alone: libpqxx
// appears here.
//
// Owned by the lane that runs the batch, used on its thread inside `execute`. Any failure is
// thrown; an operation lets it pass. Catching one nevertheless makes the commit fail; it never
// succeeds in part.
#pragma once

#include <cstdint>
#include <optional>
#include <pqxx/result>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/storage/array_parameter.hpp"
#include "remit/storage/command.hpp"

namespace remit::storage {

/// Constant SQL. The name is unique in the program and labels metrics and logs; the statement is
/// prepared on its first use per connection.
struct Statement {
  const char* name;
  const char* sql;
};

/// A value on its way into a statement, as text or, an array, in PostgreSQL's binary format. Refers
/// to the argument it was made from.
class Parameter {
 public:
  Parameter() = default;  ///< NULL
  Parameter(const Parameter&) = delete;
  Parameter& operator=(const Parameter&) = delete;
  ~Parameter() = default;

  void assign(const std::string& value);
  void assign(const char* value) { text_ = value; }
  void assign(std::string_view value) { keep(std::string(value)); }
  void assign(std::int64_t value) { keep(std::to_string(value)); }
  void assign(int value) { assign(std::int64_t{value}); }
  void assign(bool value) { text_ = value ? "t" : "f"; }
  void assign(TenantId value) { assign(value.value()); }
  void assign(Bucket value) { assign(std::int64_t{value.value()}); }
  void assign(const Uuid& value) { keep(value.to_string()); }
  void assign(Timestamp value) { keep(to_rfc3339(value)); }
  void assign(const ArrayParameter& value);
  template <class T>
  void assign(const std::optional<T>& value) {
    if (value) assign(*value);
  }

  /// Null for NULL.
  [[nodiscard]] const char* text() const { return text_; }
  /// The content in binary format; without, the text counts.
  [[nodiscard]] const std::optional<std::string_view>& binary() const { return binary_; }

 private:
  void keep(std::string value) {
    storage_ = std::move(value);
    assign(storage_);
  }

  const char* text_ = nullptr;
  std::optional<std::string_view> binary_;
  std::string storage_;
};

class Connection;

class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() = default;

  /// Args: std::string, const char*, std::string_view, std::int64_t, int, bool, TenantId, Bucket,
  /// Uuid, Timestamp, ArrayParameter, and std::optional of these; and RowArrays, which are as many
  /// parameters as they have columns.
  template <class... Args>
  pqxx::result execute(const Statement& statement, const Args&... args) {
    std::vector<Parameter> parameters((count(args) + ... + 0));
    auto next = parameters.begin();
    (put(next, args), ...);
    return execute_prepared(statement, parameters);
  }

  /// The statement that failed, or an empty text.
  [[nodiscard]] std::string_view failed_statement() const { return failed_statement_; }
  /// How many statements have succeeded.
  [[nodiscard]] int completed() const { return completed_; }

 private:
  using Next = std::vector<Parameter>::iterator;
  template <class Arg>
  static std::size_t count(const Arg& arg) {
    if constexpr (std::is_base_of_v<ArrayParameters, Arg>) return arg.all().size();
    return 1;
  }
  template <class Arg>
  static void put(Next& next, const Arg& arg) {
    if constexpr (std::is_base_of_v<ArrayParameters, Arg>) {
      for (const ArrayParameter& array : arg.all()) (next++)->assign(array);
    } else {
      (next++)->assign(arg);
    }
  }
  pqxx::result execute_prepared(const Statement& statement, std::span<const Parameter> parameters);

  Connection& connection_;
  std::string_view failed_statement_;
  int completed_ = 0;
};

}  // namespace remit::storage
