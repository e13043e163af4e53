// The text of a migration, read: what it says of itself, and its statements.
//
// Its first line may be `-- migration: additive, concurrently`, either word or both:
//   additive      what older versions of the program do is right with it, too
//   concurrently  its statements run one by one and outside of a transaction, as building an index
//                 under a running service has to; each can be repeated after a crash
// Without such a line it is neither. Pure, any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace remit::storage {

struct Manners {
  bool additive = false;
  bool concurrently = false;
};

/// The error names the word that is not known.
[[nodiscard]] std::expected<Manners, std::string> manners_of(std::string_view sql);

/// Split at the semicolons that end statements; without comments around them.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

struct RepeatableStatement {
  std::string sql;
  std::string created_index;  ///< empty: it makes none
};

/// The statements of a migration that runs concurrently. The error says which of them cannot be
/// repeated.
[[nodiscard]] std::expected<std::vector<RepeatableStatement>, std::string> repeatable_statements(
    std::string_view sql);

}  // namespace remit::storage
