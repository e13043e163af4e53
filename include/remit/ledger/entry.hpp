// An entry of the ledger as it is shown (docs/ledger.md): one side of a posting. Values; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "remit/base/money.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/query_reader.hpp"

namespace remit::ledger {

struct Entry {
  std::string id = {};
  Uuid transaction_id = {};
  std::string account = {};
  std::string counter_account = {};  ///< the other side of its posting
  bool is_debit = false;
  Money amount = {};
  std::optional<std::int64_t> balance_after =
      std::nullopt;  ///< of a wallet: what it had, reserved or not
  Timestamp at = {};
  std::string description = {};

  [[nodiscard]] std::int64_t debit() const { return is_debit ? amount.minor : 0; }
  [[nodiscard]] std::int64_t credit() const { return is_debit ? 0 : amount.minor; }
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// "17-d", "17-c".
[[nodiscard]] std::string entry_id(std::int64_t posting_id, bool is_debit);
[[nodiscard]] std::string entry_json(const Entry& entry);

/// Where money of deposits comes from, and of withdrawals goes to.
inline constexpr std::string_view kFunding = "funding";
/// "wallet:alice".
inline constexpr std::string_view kWalletPrefix = "wallet:";
[[nodiscard]] std::string wallet_account(std::string_view user);

/// A position in a list that is ordered by numbers: they stand in the place of an id.
[[nodiscard]] net::Cursor number_cursor(Timestamp at, std::int64_t first, std::int64_t second);
[[nodiscard]] std::pair<std::int64_t, std::int64_t> numbers_of(const net::Cursor& cursor);

}  // namespace remit::ledger
