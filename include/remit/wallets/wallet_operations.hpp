// What the database is asked about wallets and transactions, and what operators do with a wallet.
// Values; `run` the operations on the loop thread.
//
// A wallet that is another tenant's, or was deleted, is as one that does not exist.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "remit/storage/operation.hpp"
#include "remit/wallets/wallet.hpp"

namespace remit::wallets {

/// Which one; of several operations.
struct WalletKey {
  Tenant tenant;
  std::string user_id;
};

struct FindWallet {
  using Input = WalletKey;
  using Output = std::optional<Wallet>;
  static constexpr std::string_view kName = "wallet_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindWallet> slots);
};

/// Newest first.
struct ListWallets {
  struct Input {
    Tenant tenant;
    std::int64_t limit = 0;
    std::optional<WalletId> before = {};
  };
  using Output = std::vector<Wallet>;
  static constexpr std::string_view kName = "wallet_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListWallets> slots);
};

/// Empty: there is no such wallet.
struct FreezeWallet {
  struct Input {
    WalletKey which;
    std::string reason;  ///< empty: it may pay again
  };
  using Output = std::optional<Wallet>;
  static constexpr std::string_view kName = "wallet_freeze";
  static Bucket bucket_of(const Input& input) { return input.which.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FreezeWallet> slots);
};

/// Whether there was one. kWalletNotEmpty.
struct DeleteWallet {
  using Input = WalletKey;
  using Output = bool;
  static constexpr std::string_view kName = "wallet_delete";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<DeleteWallet> slots);
};

struct FindTransfer {
  struct Input {
    Tenant tenant;
    Uuid id;
  };
  using Output = std::optional<Transfer>;
  static constexpr std::string_view kName = "wallet_transaction_get";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindTransfer> slots);
};

/// Those that a user has sent or will receive, newest first. Empty: the user has no wallet.
struct ListTransfers {
  struct Input {
    WalletKey whose;
    std::int64_t limit = 0;
    std::optional<std::pair<Timestamp, Uuid>> before = {};
  };
  using Output = std::optional<std::vector<Transfer>>;
  static constexpr std::string_view kName = "wallet_transaction_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.whose.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<ListTransfers> slots);
};

}  // namespace remit::wallets
