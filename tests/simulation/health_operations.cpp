// routing/health_operations.cpp again.

#include "remit/routing/health_operations.hpp"

#include <functional>
#include <utility>

#include "simulation/operations.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using routing::BoardEntry;
using routing::HealthSlot;

Entry<HealthRow>& place_of(const Transaction& transaction, ProviderKind kind,
                           const std::string& name) {
  return transaction.storage().health[{kind, name}];
}

Work enrol(Transaction* transaction, const std::vector<HealthSlot>* slots) {
  co_await transaction->statement();
  for (const HealthSlot& slot : *slots) {
    Entry<HealthRow>& entry = place_of(*transaction, slot.kind, slot.name);
    while (!transaction->has(entry, Wish::key) && !entry.is_free()) {
      co_await transaction->wait_for(&entry, Wish::key);
    }
    if (entry.seen_by(*transaction) || !entry.is_held_by(*transaction)) continue;
    entry.set(std::make_shared<const HealthRow>());
  }
}

/// False: not due, or another's (SKIP LOCKED).
bool claim(Transaction& transaction, const HealthSlot& slot, Uuid checker) {
  Entry<HealthRow>& entry = place_of(transaction, slot.kind, slot.name);
  const auto& seen = entry.seen_by(transaction);
  if (!seen || (seen->next_check_at && *seen->next_check_at > transaction.clock())) return false;
  if (!transaction.has(entry, Wish::row)) return false;
  auto row = std::make_shared<HealthRow>(*entry.seen_by(transaction));
  row->next_check_at = transaction.clock() + slot.interval + routing::kClaimMargin;
  row->checker = checker;
  entry.set(std::move(row));
  return true;
}

bool is_checked_by(const Transaction& transaction, const Entry<HealthRow>& entry, Uuid checker) {
  const auto& row = entry.seen_by(transaction);
  return row && row->checker == checker;
}

using Change = std::function<void(HealthRow&)>;

/// UPDATE … WHERE … AND checker = …
Work update_checked(Transaction* transaction, Entry<HealthRow>* entry, Uuid checker,
                    Change change) {
  co_await transaction->statement();
  if (!is_checked_by(*transaction, *entry, checker)) co_return;
  while (!transaction->has(*entry, Wish::row) && !entry->is_free()) {
    co_await transaction->wait_for(entry, Wish::row);
  }
  const bool is_ours =
      entry->is_held_by(*transaction) && is_checked_by(*transaction, *entry, checker);
  if (!is_ours) co_return;
  auto row = std::make_shared<HealthRow>(*entry->seen_by(*transaction));
  change(*row);
  entry->set(std::move(row));
}

Work claim_health_slots(Transaction* transaction, Slots<routing::ClaimHealthSlots> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& input = slots[i].input;
    co_await enrol(transaction, &input.slots);
    co_await transaction->statement();
    std::vector<HealthSlot> claimed;
    for (const HealthSlot& slot : input.slots) {
      if (claim(*transaction, slot, input.checker)) claimed.push_back(slot);
    }
    slots[i].output = std::move(claimed);
  }
}

Work store_health(Transaction* transaction, Slots<routing::StoreHealth> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& input = slots[i].input;
    Entry<HealthRow>& entry = place_of(*transaction, input.entry.kind, input.entry.name);
    const HealthReport report = input.entry.report;
    const Change keep = [report](HealthRow& row) { row.report = report; };
    co_await update_checked(transaction, &entry, input.checker, keep);
  }
}

Work return_health_slot(Transaction* transaction, Slots<routing::ReturnHealthSlot> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& input = slots[i].input;
    Entry<HealthRow>& entry = place_of(*transaction, input.slot.kind, input.slot.name);
    const bool was_asked = input.was_asked;
    const Change free = [transaction, was_asked](HealthRow& row) {
      if (!was_asked) row.next_check_at = transaction->clock();
      row.checker.reset();
    };
    co_await update_checked(transaction, &entry, input.checker, free);
  }
}

Work read_health(Transaction* transaction, Slots<routing::ReadHealth> slots) {
  co_await transaction->statement();
  std::vector<BoardEntry> entries;
  for (const auto& [key, entry] : transaction->storage().health) {
    if (!entry.committed() || !entry.committed()->report) continue;
    entries.push_back(
        {.kind = key.first, .name = key.second, .report = *entry.committed()->report});
  }
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = entries;
}

}  // namespace

void add_health_operations(Operations& operations) {
  operations.add<routing::ClaimHealthSlots, claim_health_slots>();
  operations.add<routing::StoreHealth, store_health>();
  operations.add<routing::ReturnHealthSlot, return_health_slot>();
  operations.add<routing::ReadHealth, read_health>();
}

}  // namespace remit::simulation
