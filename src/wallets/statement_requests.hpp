// Queries about a wallet's past → what the service takes. Every parameter at fault is told. Pure;
// any thread.
#pragma once

#include <optional>

#include "remit/net/http.hpp"
#include "remit/wallets/history_operations.hpp"
#include "statement_text.hpp"

namespace remit::wallets {

/// `?at=`, which is not in the future; empty: the present is asked for.
[[nodiscard]] Result<std::optional<Timestamp>> read_time_at(const net::Request& request,
                                                            Timestamp now);

struct StatementWish {
  FindStatement::Input wanted;
  StatementFormat format = StatementFormat::json;
  bool has_from = false;
  std::int64_t limit = 0;                  ///< of a page in JSON; the others are whole
  std::optional<std::int64_t> after = {};  ///< the posting with which the page before it ended
};

[[nodiscard]] Result<StatementWish> read_statement(const net::Request& request);

}  // namespace remit::wallets
