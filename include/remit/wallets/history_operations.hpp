// What the database is asked about a wallet's past. Values; `run` the operations on the loop
// thread.
//
// What a wallet had is in its postings, which are in the order of their times: a posting is found
// by its time in as many steps as its number has bits, without an index of times. A movement that
// is being committed at this moment may have an earlier time than one that is seen already.
#pragma once

#include <optional>
#include <vector>

#include "remit/ledger/entry.hpp"
#include "remit/wallets/wallet_operations.hpp"

namespace remit::wallets {

struct WalletThen {
  Wallet wallet;  ///< as it is now
  std::int64_t balance = 0;
  std::int64_t reserved = 0;
};

/// Empty: there is no such wallet. Of a time before the wallet was opened it had nothing.
struct FindWalletAt {
  struct Input {
    WalletKey which;
    Timestamp at;
  };
  using Output = std::optional<WalletThen>;
  static constexpr std::string_view kName = "wallet_find_at";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindWalletAt> slots);
};

/// A stretch of a wallet's postings: those above one number, up to another.
struct StatementSpan {
  WalletId wallet = 0;
  Currency currency = Currency::USD;
  Timestamp opened_at = {};  ///< the wallet
  std::int64_t after = 0;
  std::int64_t upto = 0;
  Timestamp to = {};         ///< its end, which does not belong to it
  std::int64_t opening = 0;  ///< what it had before them, reserved or not
  std::int64_t closing = 0;
};

/// Those of a time: `from` belongs to it, `to` does not. Empty: there is no such wallet.
struct FindStatement {
  struct Input {
    WalletKey which;
    Timestamp from = {};
    std::optional<Timestamp> to = {};  ///< not later than now; empty: now
  };
  using Output = std::optional<StatementSpan>;
  static constexpr std::string_view kName = "wallet_statement";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindStatement> slots);
};

struct StatementEntry {
  std::int64_t posting_id = 0;
  ledger::Entry entry;
};

/// So many of them, the earliest first.
struct ListStatement {
  struct Input {
    WalletKey whose;
    StatementSpan span;
    std::int64_t limit = 0;
  };
  using Output = std::vector<StatementEntry>;
  static constexpr std::string_view kName = "wallet_statement_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.whose.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListStatement> slots);
};

}  // namespace remit::wallets
