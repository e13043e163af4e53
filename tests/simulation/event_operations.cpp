// outbox/event_operations.cpp and outbox/numbering_operations.cpp again.

#include "remit/outbox/event_operations.hpp"

#include <utility>
#include <vector>

#include "simulation/operations.hpp"
#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

bool is_anothers(const TurnRow* turn, const Uuid& owner, Duration now) {
  return turn != nullptr && turn->owner != owner && turn->ends_at > now;
}

Work look_for_facts(Transaction* transaction, Slots<outbox::LookForFacts> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    const auto& input = slots[i].input;
    const TurnRow* turn = transaction->storage().turn.committed().get();
    const Duration now = transaction->clock();
    slots[i].output = outbox::LookForFacts::Output{
        .is_anothers = is_anothers(turn, input.owner, now),
        .is_ending = turn == nullptr || turn->ends_at <= now + input.renew_before,
        .oldest =
            transaction->storage().unnumbered.empty() ? std::nullopt : std::optional(Duration{0})};
  }
}

/// What is committed by now, and gets its numbers with this transaction.
outbox::NumberFacts::Output number(Transaction& transaction, std::int64_t limit) {
  Tables::Storage& storage = transaction.storage();
  outbox::NumberFacts::Output output{.is_ours = true};
  std::vector<FactBatch> taken;
  for (const auto& [id, batch] : storage.unnumbered) {
    if (output.batches == limit) break;
    const auto last = output.last.try_emplace(
        batch.tenant, static_cast<std::int64_t>(storage.events[batch.tenant].size()));
    last.first->second += static_cast<std::int64_t>(batch.facts.size());
    taken.push_back(batch);
    ++output.batches;
  }
  transaction.on_commit([&storage, taken = std::move(taken)] {
    for (const FactBatch& batch : taken) {
      storage.unnumbered.erase(batch.id);
      std::vector<EventRow>& events = storage.events[batch.tenant];
      events.insert(events.end(), batch.facts.begin(), batch.facts.end());
    }
  });
  return output;
}

Work number_facts(Transaction* transaction, Slots<outbox::NumberFacts> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& input = slots[i].input;
    co_await transaction->statement();
    Entry<TurnRow>& turn = transaction->storage().turn;
    const Wish wish = turn.committed() ? Wish::row : Wish::key;
    while (!transaction->has(turn, wish) && !turn.is_free()) {
      co_await transaction->wait_for(&turn, wish);
    }
    const bool is_ours =
        turn.is_held_by(*transaction) &&
        !is_anothers(turn.seen_by(*transaction).get(), input.owner, transaction->began_at());
    if (!is_ours) {
      slots[i].output = outbox::NumberFacts::Output{};
      continue;
    }
    turn.set(std::make_shared<const TurnRow>(
        TurnRow{.owner = input.owner, .ends_at = transaction->began_at() + input.lease}));
    co_await transaction->statement();
    slots[i].output = number(*transaction, input.limit);
  }
}

Work leave_turn(Transaction* transaction, Slots<outbox::LeaveTurn> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    co_await transaction->statement();
    Entry<TurnRow>& turn = transaction->storage().turn;
    const auto is_its = [&turn, transaction, owner = slots[i].input.owner] {
      const auto& row = turn.seen_by(*transaction);
      return row && row->owner == owner;
    };
    if (!is_its()) continue;
    while (!transaction->has(turn, Wish::row) && !turn.is_free()) {
      co_await transaction->wait_for(&turn, Wish::row);
    }
    if (!turn.is_held_by(*transaction) || !is_its()) continue;
    turn.set(std::make_shared<const TurnRow>(
        TurnRow{.owner = slots[i].input.owner, .ends_at = Duration{0}}));
  }
}

/// There are no partitions.
Work keep_events(Transaction* transaction, Slots<outbox::KeepEvents> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i].output = 0;
}

}  // namespace

void add_event_operations(Operations& operations) {
  operations.add<outbox::LookForFacts, look_for_facts>();
  operations.add<outbox::NumberFacts, number_facts>();
  operations.add<outbox::LeaveTurn, leave_turn>();
  operations.add<outbox::KeepEvents, keep_events>();
}

}  // namespace remit::simulation
