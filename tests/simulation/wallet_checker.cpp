#include "simulation/wallet_checker.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "simulation/tables_storage.hpp"

namespace remit::simulation {

using wallets::TransferKey;
using wallets::Wallet;

WalletChecker::WalletChecker(World& world)
    : world_(world), tables_(world.database.committed().storage().wallets) {}

// Of a world whose books are wrong, the first thing says enough.
void WalletChecker::complain(const std::string& what, const Uuid& transaction) {
  if (!std::exchange(has_complained_, true)) {
    world_.log.violation(what + " " + transaction.to_string(), subject_of(transaction));
  }
}

void WalletChecker::look() {
  if (tables_.circles > 0) complain("transactions waited for each other in a circle");
  if (std::exchange(commits_, tables_.commits) == tables_.commits) return;
  follow_postings();
  const Sums reserved = check_transfers();
  check_entries();
  check_wallets(reserved);
}

void WalletChecker::follow_postings() {
  for (; postings_ < tables_.postings.size(); ++postings_) {
    const auto& [number, tenant, posting] = tables_.postings[postings_];
    const TransferKey key{tenant, posting.transaction_id};
    if (!posted_.try_emplace(key, posting.amount).second) {
      complain("it was posted twice:", key.second);
    }
    if (posting.from) {
      const std::int64_t total = totals_[{*posting.from, tenant}] -= posting.amount;
      if (posting.from_after != total) complain("its payer had another sum then:", key.second);
    }
    if (posting.to) {
      const std::int64_t total = totals_[{*posting.to, tenant}] += posting.amount;
      if (posting.to_after != total) complain("its receiver had another sum then:", key.second);
    }
  }
}

WalletChecker::Sums WalletChecker::check_transfers() {
  Sums reserved;
  for (const auto& [key, entry] : tables_.transfers) {
    const auto& row = entry.committed();
    if (!row) continue;
    const bool is_open = row->status == wallets::kReserved;
    if (is_open) reserved[{row->from.value(), key.first}] += row->amount.minor;
    wallets::Transfer& seen = seen_.try_emplace(key, *row).first->second;
    if (seen.status != wallets::kReserved &&
        (seen.status != row->status || seen.moved != row->moved || seen.reason != row->reason)) {
      complain("it changed after its end:", key.second);
    }
    seen = *row;
    const auto posted = posted_.find(key);
    const std::int64_t moved = posted == posted_.end() ? 0 : posted->second;
    if (moved != row->moved.value_or(0)) complain("it posted what it did not move:", key.second);
    if (row->moved.value_or(0) > row->amount.minor) complain("more than it held:", key.second);
    const bool is_early = !is_open && row->updated_at < row->execute_at;
    const bool is_by_time =
        row->reason == wallets::kExpired || (row->status == wallets::kCompleted && !row->is_hold);
    if (is_early && is_by_time) complain("it ended before its time:", key.second);
  }
  return reserved;
}

void WalletChecker::check_entries() {
  std::map<TransferKey, const wallets::DueEntry*> entries;
  for (const auto& [key, entry] : tables_.due) {
    const auto& row = entry.committed();
    if (row) entries.emplace(TransferKey(row->tenant, row->transaction_id), row.get());
  }
  for (const auto& [key, transfer] : seen_) {
    const auto entry = entries.find(key);
    const bool is_open = transfer.status == wallets::kReserved;
    if (is_open != (entry != entries.end())) {
      complain(is_open ? "nothing will end it:" : "it has ended and is due again:", key.second);
    } else if (is_open && entry->second->amount != transfer.amount.minor) {
      complain("another amount is due:", key.second);
    }
  }
}

void WalletChecker::check_wallets(const Sums& reserved) {
  std::map<TenantId, std::int64_t> came;
  for (const auto& [key, transfer] : seen_) {
    if (transfer.kind == wallets::kDeposit) came[key.first] += transfer.amount.minor;
    if (transfer.kind == wallets::kWithdrawal) came[key.first] -= transfer.amount.minor;
  }
  for (const auto& [key, entry] : tables_.wallets) {
    const auto& wallet = entry.committed();
    if (!wallet) continue;
    const std::string name = "the wallet of " + wallet->user_id;
    const auto total = totals_.find(key);
    const auto held = reserved.find(key);
    if (wallet->total() != (total == totals_.end() ? 0 : total->second)) {
      complain(name + " differs from its postings");
    }
    if (wallet->reserved != (held == reserved.end() ? 0 : held->second)) {
      complain(name + " has reserved what nothing waits for");
    }
    came[key.second] -= wallet->total();
  }
  for (const auto& [tenant, rest] : came) {
    if (rest != 0) complain("all wallets have another sum than came in");
  }
}

bool WalletChecker::all_ended() const {
  return std::ranges::none_of(tables_.transfers, [](const auto& each) {
    const auto& row = each.second.committed();
    return row && row->status == wallets::kReserved;
  });
}

void WalletChecker::report_unfinished() {
  for (const auto& [key, entry] : tables_.transfers) {
    const auto& row = entry.committed();
    if (row && row->status == wallets::kReserved) complain("it never ended:", key.second);
  }
}

void WalletChecker::check_end(const std::map<std::int64_t, WalletWish>& wishes) {
  check_wishes(wishes);
  check_events();
}

void WalletChecker::check_wishes(const std::map<std::int64_t, WalletWish>& wishes) {
  std::map<std::int64_t, std::int64_t> made;
  for (const auto& [key, transfer] : seen_) {
    if (transfer.kind == wallets::kDeposit && transfer.amount.minor == kOpeningBalance) continue;
    const auto found = wishes.find(transfer.amount.minor);
    if (found == wishes.end()) {
      complain("it was not asked for:", key.second);
      continue;
    }
    const WalletWish& wish = found->second;
    if (++made[wish.amount] > 1) complain("it was made twice:", key.second);
    const bool is_same = wish.tenant == key.first && wish.kind == transfer.kind &&
                         wish.from == transfer.from_user && wish.to == transfer.to_user &&
                         wish.is_hold == transfer.is_hold;
    if (!is_same) complain("it is another than was asked for:", key.second);
  }
  for (const auto& [amount, wish] : wishes) {
    if (wish.taken > 0 && !made.contains(amount)) complain("taken, and not there");
  }
}

void WalletChecker::check_events() {
  std::map<Uuid, std::vector<std::string>> told;
  std::map<wallets::WalletId, Wallet> last;
  for (const Tenant& tenant : kTenants) {
    for (const EventRow& event : world_.database.committed().events_after(tenant, 0)) {
      if (event.type.starts_with("transaction.")) told[event.saga_id].push_back(event.type);
      if (!event.wallet) continue;
      const auto [known, is_first] = last.try_emplace(event.wallet->id, *event.wallet);
      if (!is_first && event.wallet->version <= known->second.version) {
        complain("versions of the wallet of " + event.wallet->user_id + " in another order");
      }
      known->second = *event.wallet;
    }
  }
  for (const auto& [key, transfer] : seen_) {
    std::vector<std::string> expected;
    if (transfer.kind == wallets::kTransfer) expected.emplace_back("transaction.reserved");
    std::string end = "transaction.";
    for (const char letter : transfer.status) {
      end += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    expected.push_back(std::move(end));
    if (told[key.second] != expected)
      complain("its events are not what it went through:", key.second);
  }
  for (const auto& [key, entry] : tables_.wallets) {
    const auto& wallet = entry.committed();
    if (!wallet) continue;
    const auto known = last.find(wallet->id);
    if (known == last.end() || known->second.version != wallet->version ||
        known->second.balance != wallet->balance || known->second.reserved != wallet->reserved) {
      complain("the last that is told of the wallet of " + wallet->user_id + " is not so");
    }
  }
}

}  // namespace remit::simulation
