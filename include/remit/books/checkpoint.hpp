// What a checkpoint of the ledger is, and the text by which a posting is hashed (docs/receipts.md).
// Neither may ever be changed: receipts that were given out, and the checkpoints in the database,
// are of this form. Pure; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "remit/base/sha256.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::books {

/// A movement of `amount` from the credited account to the debited one, of any table of the ledger.
struct LedgerPosting {
  std::int64_t posting_id = 0;
  Uuid transaction_id = {};
  std::string kind = {};  ///< transfer, deposit, withdrawal, intake, payout …
  std::string debit_account = {};
  std::string credit_account = {};
  std::int64_t amount = 0;
  std::string currency = {};
  std::optional<std::int64_t> debit_after =
      std::nullopt;  ///< what the account had then: of wallets
  std::optional<std::int64_t> credit_after = std::nullopt;  ///< the same
  Timestamp posted_at = {};

  friend bool operator==(const LedgerPosting&, const LedgerPosting&) = default;
};

/// The text that is hashed: JSON of one line.
[[nodiscard]] std::string leaf_text(const LedgerPosting& posting);

/// Below every posting.
inline constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

/// It covers the postings of its tenant above the `through_posting` of the one before it.
struct Checkpoint {
  std::int64_t id = 0;  ///< 1, 2, 3 …
  std::int64_t first_posting = 0;
  std::int64_t through_posting = 0;
  std::int64_t postings = 0;
  Digest merkle_root = {};
  Digest previous_hash = {};  ///< the root_hash of the one before it; zeros: it is the first
  Digest root_hash = {};
  Timestamp created_at = {};
};

/// What its root_hash must be.
[[nodiscard]] Digest root_hash_of(const Checkpoint& checkpoint);

}  // namespace remit::books
