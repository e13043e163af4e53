// What can be said of a database by looking at it: whether remit can work on it, and how safely.
//
// Changes nothing. Start-up code: it blocks for as long as connecting takes. Fails with one line
// fit for an operator when the database cannot be reached, takes no writes, or has another history
// of migrations than this program.
#pragma once

#include <expected>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace remit::storage {

/// What is said of a server that may lose what it has confirmed.
inline constexpr std::string_view kNotDurable =
    "THE DATABASE IS NOT DURABLE: confirmed requests can be lost in a crash";

struct Examination {
  /// Settings of the server by which it may lose what it has confirmed: "fsync".
  std::vector<std::string> not_durable;
  /// Migrations that are not applied yet, in order: "0001_payments".
  std::vector<std::string> pending;
  bool may_migrate = true;  ///< whether this user may create tables
};

/// One connection to a server that takes writes, made and closed. Refused is also a database or a
/// pooler that the product cannot work with. A request to stop ends the wait for an answer.
[[nodiscard]] std::expected<void, std::string> probe(const std::string& url,
                                                     const std::stop_token& stop = {});

/// `probe`, and a look at what is there. A request to stop ends the wait for an answer.
[[nodiscard]] std::expected<Examination, std::string> examine(const std::string& url,
                                                              const std::stop_token& stop = {});

}  // namespace remit::storage
