#include "movement_batch_sql.hpp"

#include <algorithm>

#include "movement_answers.hpp"
#include "wallet_facts_sql.hpp"

namespace remit::wallets {

MovementBatch::MovementBatch(storage::Transaction& transaction, Bucket bucket,
                             std::vector<const MovementRequest*> requests)
    : transaction_(transaction),
      bucket_(bucket),
      requests_(std::move(requests)),
      made_(requests_.size()) {}

std::vector<MovementBatch::Outcome> MovementBatch::run() {
  take_holds();
  insert_wallets();
  wallets_.emplace(transaction_, bucket_, wanted());
  find_earlier();
  for (std::size_t i = 0; i < requests_.size(); ++i) carry_out(i);
  insert();
  write();
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < requests_.size(); ++i) outcomes.push_back(outcome_of(i));
  return outcomes;
}

void MovementBatch::take_holds() {
  std::vector<TransferKey> keys;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<CaptureHold>(&requests_[i]->movement);
    if (wish != nullptr) keys.emplace_back(tenant_of(i), wish->transaction_id);
  }
  if (keys.empty()) return;
  std::vector<TransferRow> found = find_transfers(transaction_, bucket_, keys);
  for (const TransferRow& row : found) {
    holds_.insert_or_assign({row.tenant, row.transfer.id}, row.transfer);
  }
  // The entry of what settles by itself stays where it is.
  std::erase_if(found, [](const TransferRow& row) { return !row.transfer.is_hold; });
  for (const DueEntry& entry : take_entries(transaction_, bucket_, found)) {
    taken_.emplace(entry.tenant, entry.transaction_id);
  }
}

// Before any wallet is locked, and in one order: who waits for another's insertion has nothing that
// the other could wait for.
void MovementBatch::insert_wallets() {
  std::map<std::pair<TenantId, std::string>, Wallet> wanted;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<OpenWallet>(&requests_[i]->movement);
    if (wish == nullptr) continue;
    wanted.try_emplace(
        {tenant_of(i), wish->user_id},
        Wallet{.user_id = wish->user_id, .name = wish->name, .currency = wish->currency});
  }
  for (const auto& [key, wallet] : wanted) {
    if (auto made = insert_wallet(transaction_, bucket_, {key.first, wallet})) {
      inserted_.emplace(key, *std::move(made));
    }
  }
}

WantedWallets MovementBatch::wanted() const {
  WantedWallets wanted;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const TenantId tenant = tenant_of(i);
    const Movement& movement = requests_[i]->movement;
    if (const auto* const funds = std::get_if<MoveFunds>(&movement)) {
      wanted.users.emplace_back(tenant, funds->user_id);
    } else if (const auto* const transfers = std::get_if<CreateTransfers>(&movement)) {
      for (const NewTransfer& item : transfers->items) {
        wanted.users.emplace_back(tenant, item.from_user);
        wanted.users.emplace_back(tenant, item.to_user);
      }
    }
  }
  for (const auto& [key, transfer] : holds_) {
    wanted.ids.emplace_back(key.first, transfer.from.value());
    wanted.ids.emplace_back(key.first, transfer.to.value());
  }
  return wanted;
}

// Read when the wallets are locked: of two requests with the same id, the later one sees the other.
void MovementBatch::find_earlier() {
  std::vector<TransferKey> keys;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const auto* const wish = std::get_if<CreateTransfers>(&requests_[i]->movement);
    if (wish == nullptr) continue;
    for (const NewTransfer& item : wish->items) {
      if (item.has_own_id) keys.emplace_back(tenant_of(i), item.id);
    }
  }
  if (keys.empty()) return;
  for (const TransferRow& row : find_transfers(transaction_, bucket_, keys)) {
    known_.insert_or_assign({row.tenant, row.transfer.id}, row.transfer);
  }
}

void MovementBatch::carry_out(std::size_t index) {
  const TenantId tenant = tenant_of(index);
  const Movement& movement = requests_[index]->movement;
  std::vector<Made>& made = made_[index];
  if (const auto* const wallet = std::get_if<OpenWallet>(&movement)) {
    opened_.emplace(index, open(tenant, *wallet));
  } else if (const auto* const funds = std::get_if<MoveFunds>(&movement)) {
    made.push_back(move(tenant, *funds));
  } else if (const auto* const hold = std::get_if<CaptureHold>(&movement)) {
    made.push_back(capture(tenant, *hold));
  } else {
    const auto& transfers = std::get<CreateTransfers>(movement);
    made.reserve(transfers.items.size());
    for (const NewTransfer& item : transfers.items) made.push_back(create(tenant, item));
  }
}

// An id that a client chose may be taken by another batch at this moment, if that is about other
// wallets. Then it is another request's.
void MovementBatch::insert() {
  if (fresh_.empty()) return;
  const std::vector<TransferKey> written = insert_transfers(transaction_, bucket_, fresh_);
  if (written.size() == fresh_.size()) return;
  const std::set<TransferKey> inserted(written.begin(), written.end());
  std::erase_if(fresh_, [&](const TransferRow& row) {
    const auto& [tenant, transfer] = row;
    if (inserted.contains({tenant, transfer.id})) return false;
    wallets_->book(tenant).release(transfer.from.value(), transfer.amount.minor);
    refuse_id({tenant, transfer.id});
    return true;
  });
}

// The others of this batch that have the id were answered with the transfer that is not made.
void MovementBatch::refuse_id(const TransferKey& key) {
  const Made refusal =
      fail(idempotency::kKeyReused, "this transaction_id was used by another request just now");
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (tenant_of(i) != key.first) continue;
    for (Made& made : made_[i]) {
      if (made && made->id == key.second) made = refusal;
    }
  }
}

void MovementBatch::write() {
  std::vector<WalletRow> changed = wallets_->write(transaction_);
  for (const auto& [index, opened] : opened_) {
    if (!opened || opened->version > 0) continue;
    // Another request may have moved something to it.
    const bool is_told = std::ranges::find(changed, opened->id, [](const WalletRow& row) {
                           return row.wallet.id;
                         }) != changed.end();
    if (is_told) continue;
    changed.push_back({tenant_of(index), *opened});
  }
  std::vector<DueEntry> due = std::move(kept_);
  std::vector<TransferRow> told = ended_;
  for (const TransferRow& row : fresh_) {
    told.push_back(row);
    if (row.transfer.status == kReserved) due.push_back(entry_of(row));
  }
  if (!due.empty()) insert_due(transaction_, bucket_, due);
  if (!ended_.empty()) end_transfers(transaction_, bucket_, ended_);
  write_facts(transaction_, bucket_, wallets_->now(), told, changed);
}

MovementBatch::Outcome MovementBatch::outcome_of(std::size_t index) const {
  const MovementRequest& request = *requests_[index];
  const auto opened = opened_.find(index);
  if (opened != opened_.end()) {
    return {.execution = answer_to_opening(request, opened->second), .due_in = {}};
  }
  Outcome outcome;
  const std::vector<Made>& made = made_[index];
  const auto* const transfers = std::get_if<CreateTransfers>(&request.movement);
  const bool is_batch = transfers != nullptr && transfers->is_batch;
  outcome.execution =
      is_batch ? answer_to_batch(request, made) : answer_to_one(request, made.front());
  for (const Made& each : made) {
    if (!each || each->status != kReserved) continue;
    const Duration wait = std::max(Duration::zero(), each->execute_at - wallets_->now());
    outcome.due_in = std::min(outcome.due_in.value_or(wait), wait);
  }
  return outcome;
}

}  // namespace remit::wallets
