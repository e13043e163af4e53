// How the books are added up. Values; `run` the operations on the loop thread.
//
// Totals of what the checkpoints cover are kept (table ledger_total); what was posted since is
// added to them with each question.
#pragma once

#include <cstdint>
#include <vector>

#include "remit/base/money.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/operation.hpp"

namespace remit::books {

struct TrialBalance {
  Currency currency = Currency::USD;
  std::int64_t postings = 0;
  std::int64_t debits = 0;
  std::int64_t credits = 0;
  std::int64_t balances = 0;  ///< of all wallets, as they say
  std::int64_t reserved = 0;
  std::int64_t entries = 0;  ///< debits of wallets less their credits

  /// What wallets have beyond their entries; 0, or something is wrong.
  [[nodiscard]] std::int64_t wallet_difference() const { return balances + reserved - entries; }
};

/// By currency. Wallets and entries are of one snapshot.
struct FindTrialBalance {
  using Input = Tenant;
  struct Output {
    Timestamp at = {};
    std::vector<TrialBalance> currencies;
  };
  static constexpr std::string_view kName = "ledger_balance";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static Bucket bucket_of(const Input& input) { return input.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindTrialBalance> slots);
};

/// Adds so many postings, about, to the totals, of those that a checkpoint covers.
struct AddToTotals {
  struct Input {
    Tenant tenant;
    std::int64_t limit = 0;
  };
  using Output = bool;  ///< there are more
  static constexpr std::string_view kName = "ledger_total_add";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<AddToTotals> slots);
};

}  // namespace remit::books
