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
    const std::int64_t last = storage.events[batch.tenant].last;
    std::int64_t& sequence = output.last.try_emplace(batch.tenant, last).first->second;
    FactBatch& given = taken.emplace_back(batch);
    for (EventRow& fact : given.facts) fact.sequence = ++sequence;
    output.facts += static_cast<std::int64_t>(given.facts.size());
    ++output.batches;
  }
  transaction.on_commit([&storage, taken = std::move(taken), last = output.last] {
    for (const auto& [tenant, sequence] : last) storage.events[tenant].last = sequence;
    for (const FactBatch& batch : taken) {
      storage.unnumbered.erase(batch.id);
      Numbered& events = storage.events[batch.tenant];
      for (const EventRow& fact : batch.facts) events.rows.emplace(fact.sequence, fact);
    }
  });
  return output;
}

/// `is_taken`: whether the turn is its owner's, until the transaction ends.
Work take_turn(Transaction* transaction, const outbox::NumberFacts::Input* input, bool* is_taken) {
  Entry<TurnRow>& turn = transaction->storage().turn;
  const Wish wish = turn.committed() ? Wish::row : Wish::key;
  while (!transaction->has(turn, wish) && !turn.is_free()) {
    co_await transaction->wait_for(&turn, wish);
  }
  const Duration now = transaction->began_at();
  *is_taken = turn.is_held_by(*transaction) &&
              !is_anothers(turn.seen_by(*transaction).get(), input->owner, now);
  if (!*is_taken) co_return;
  turn.set(std::make_shared<const TurnRow>(
      TurnRow{.owner = input->owner, .ends_at = now + input->lease}));
}

Work number_facts(Transaction* transaction, Slots<outbox::NumberFacts> slots) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& input = slots[i].input;
    co_await transaction->statement();
    bool is_ours = false;
    co_await take_turn(transaction, &input, &is_ours);
    if (!is_ours) {
      slots[i].output = outbox::NumberFacts::Output{};
      continue;
    }
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
