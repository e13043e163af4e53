#include "movement_batch.hpp"

#include <algorithm>

#include "movement_answers.hpp"
#include "wallet_facts.hpp"

namespace remit::wallets {
namespace {

Problem no_wallet(const std::string& user) {
  return {kWalletNotFound, "the user " + user + " has no wallet"};
}

Problem no_transaction(const Uuid& id) {
  return {kTransactionNotFound, "there is no transaction " + id.to_string()};
}

/// What a client sees as the same request under the same id.
bool is_same(const Transfer& transfer, const NewTransfer& wish) {
  return transfer.from_user == wish.from_user && transfer.to_user == wish.to_user &&
         transfer.amount.minor == wish.amount && transfer.is_hold == wish.is_hold &&
         transfer.delay_seconds == wish.delay_seconds &&
         (!wish.execute_at || transfer.execute_at == *wish.execute_at);
}

}  // namespace

MovementBatch::MovementBatch(storage::Transaction& transaction, Bucket bucket,
                             std::vector<const MovementRequest*> requests)
    : transaction_(transaction),
      bucket_(bucket),
      requests_(std::move(requests)),
      made_(requests_.size()) {}

std::vector<MovementBatch::Outcome> MovementBatch::run() {
  take_holds();
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

Result<Wallet> MovementBatch::open(TenantId tenant, const OpenWallet& wish) {
  const Wallet wanted{.user_id = wish.user_id, .name = wish.name, .currency = wish.currency};
  std::optional<Wallet> made =
      insert_wallet(transaction_, bucket_, {.tenant = tenant, .wallet = wanted});
  if (!made) return fail(kWalletExists, "the user " + wish.user_id + " has a wallet");
  wallets_->add(tenant, *made);
  if (wish.opening_balance > 0) {
    const MoveFunds deposit{
        .user_id = wish.user_id, .amount = wish.opening_balance, .transaction_id = wish.deposit_id};
    const Made deposited = move(tenant, deposit);
    if (!deposited) throw std::logic_error("a new wallet takes no deposit");
    made->balance = wish.opening_balance;
    ++made->version;
  }
  return *std::move(made);
}

MovementBatch::Made MovementBatch::move(TenantId tenant, const MoveFunds& wish) {
  const Wallet* const wallet = wallets_->find(tenant, wish.user_id);
  if (wallet == nullptr) return fail(no_wallet(wish.user_id));
  WalletBook& book = wallets_->book(tenant);
  const Uuid& id = wish.transaction_id;
  const Result<void> moved = wish.is_withdrawal ? book.withdraw(id, wallet->id, wish.amount)
                                                : book.deposit(id, wallet->id, wish.amount);
  if (!moved) return fail(moved.error());
  Transfer transfer{.id = id,
                    .kind = std::string(wish.is_withdrawal ? kWithdrawal : kDeposit),
                    .amount = {wish.amount, wallet->currency},
                    .status = std::string(kCompleted),
                    .moved = wish.amount,
                    .execute_at = wallets_->now(),
                    .created_at = wallets_->now(),
                    .updated_at = wallets_->now()};
  (wish.is_withdrawal ? transfer.from : transfer.to) = wallet->id;
  (wish.is_withdrawal ? transfer.from_user : transfer.to_user) = wish.user_id;
  fresh_.push_back({tenant, transfer});
  return transfer;
}

MovementBatch::Made MovementBatch::create(TenantId tenant, const NewTransfer& wish) {
  const TransferKey key{tenant, wish.id};
  if (wish.has_own_id) {
    const auto earlier = known_.find(key);
    if (earlier != known_.end()) {
      if (is_same(earlier->second, wish)) return earlier->second;
      return fail(idempotency::kKeyReused,
                  "this transaction_id belongs to a transaction with another content");
    }
  }
  const Wallet* const sender = wallets_->find(tenant, wish.from_user);
  if (sender == nullptr) return fail(no_wallet(wish.from_user));
  const Wallet* const receiver = wallets_->find(tenant, wish.to_user);
  if (receiver == nullptr) return fail(no_wallet(wish.to_user));
  if (sender->currency != receiver->currency) {
    return fail(kCurrencyMismatch, "the wallets are in " +
                                       std::string(to_string(sender->currency)) + " and " +
                                       std::string(to_string(receiver->currency)));
  }
  const Result<void> reserved = wallets_->book(tenant).reserve(sender->id, wish.amount);
  if (!reserved) return fail(reserved.error());
  const Timestamp now = wallets_->now();
  const std::chrono::seconds delay(wish.delay_seconds.value_or(0));
  Transfer transfer{.id = wish.id,
                    .from = sender->id,
                    .to = receiver->id,
                    .from_user = wish.from_user,
                    .to_user = wish.to_user,
                    .amount = {wish.amount, sender->currency},
                    .status = std::string(kReserved),
                    .is_hold = wish.is_hold,
                    .delay_seconds = wish.delay_seconds,
                    .execute_at = wish.execute_at.value_or(now + delay),
                    .created_at = now,
                    .updated_at = now};
  if (wish.has_own_id) known_.emplace(key, transfer);
  fresh_.push_back({tenant, transfer});
  return transfer;
}

MovementBatch::Made MovementBatch::capture(TenantId tenant, const CaptureHold& wish) {
  const auto found = holds_.find({tenant, wish.transaction_id});
  if (found == holds_.end()) return fail(no_transaction(wish.transaction_id));
  Transfer& hold = found->second;
  if (!hold.is_hold) {
    return fail(kNotCapturable, "it is settled by itself: it was made without capture: manual");
  }
  if (taken_.erase({tenant, hold.id}) == 0) {
    return fail(kNotCapturable, hold.status == kReserved
                                    ? "it is being captured, cancelled, or expires just now"
                                    : "its status is " + hold.status);
  }
  const std::int64_t amount = wish.amount.value_or(hold.amount.minor);
  const WalletId from = hold.from.value();
  WalletBook& book = wallets_->book(tenant);
  Result<void> settled;
  if (amount > hold.amount.minor) {
    settled = fail(kCaptureTooLarge, "the hold is of " + to_string(hold.amount));
  } else if (book.find(*hold.to)->deleted_at) {
    settled = fail(kNotCapturable, "its receiver has no wallet any more");
  } else {
    settled = book.settle(hold.id, from, *hold.to, hold.amount.minor, amount);
  }
  if (!settled) {
    kept_.push_back(entry_of({tenant, hold}));
    return fail(settled.error());
  }
  hold.status = kCompleted;
  hold.moved = amount;
  hold.updated_at = wallets_->now();
  ended_.push_back({tenant, hold});
  return hold;
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
  const std::vector<WalletRow> changed = wallets_->write(transaction_);
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
