#include "naive_bank.hpp"

#include <algorithm>
#include <tuple>

namespace remit::wallets::test {
namespace {

std::string told(const ProblemCode& code) {
  return code.status == 422 ? "422" : std::string(code.name);
}

bool is_same(const NewTransfer& one, const NewTransfer& other) {
  return one.from_user == other.from_user && one.to_user == other.to_user &&
         one.amount == other.amount && one.is_hold == other.is_hold &&
         one.delay_seconds == other.delay_seconds &&
         (!other.execute_at || one.execute_at == other.execute_at);
}

}  // namespace

NaiveBank::Account* NaiveBank::find(const std::string& user) {
  const auto found = users_.find(user);
  return found == users_.end() ? nullptr : &accounts_[found->second];
}

bool NaiveBank::fits(const Account& receiver, std::int64_t amount) {
  return receiver.balance + receiver.reserved + amount <= kMostInWallet;
}

std::string NaiveBank::open(const OpenWallet& wish) {
  if (find(wish.user_id) != nullptr) return told(kWalletExists);
  users_[wish.user_id] = accounts_.size();
  accounts_.push_back(
      {.user = wish.user_id, .currency = wish.currency, .balance = wish.opening_balance});
  return "201";
}

std::string NaiveBank::move(const MoveFunds& wish) {
  Account* const account = find(wish.user_id);
  if (account == nullptr) return told(kWalletNotFound);
  if (!wish.is_withdrawal) {
    if (!fits(*account, wish.amount)) return told(kAmountOutOfRange);
    account->balance += wish.amount;
    return "201";
  }
  if (account->is_frozen) return told(kWalletFrozen);
  if (account->balance < wish.amount) return told(kInsufficientFunds);
  account->balance -= wish.amount;
  return "201";
}

std::string NaiveBank::create(const NewTransfer& wish) {
  const auto earlier = deals_.find(wish.id);
  if (wish.has_own_id && earlier != deals_.end()) {
    return is_same(earlier->second.wish, wish) ? "201" : "422";
  }
  Account* const sender = find(wish.from_user);
  Account* const receiver = find(wish.to_user);
  if (sender == nullptr || receiver == nullptr) return told(kWalletNotFound);
  if (sender->currency != receiver->currency) return told(kCurrencyMismatch);
  if (sender->is_frozen) return told(kWalletFrozen);
  if (sender->balance < wish.amount) return told(kInsufficientFunds);
  sender->balance -= wish.amount;
  sender->reserved += wish.amount;
  deals_[wish.id] = {.wish = wish,
                     .from = users_.at(wish.from_user),
                     .to = users_.at(wish.to_user),
                     .turn = turn_};
  return "201";
}

std::string NaiveBank::capture(const CaptureHold& wish) {
  const auto found = deals_.find(wish.transaction_id);
  if (found == deals_.end()) return told(kTransactionNotFound);
  Deal& deal = found->second;
  if (!deal.wish.is_hold || deal.status != kReserved) return told(kNotCapturable);
  const std::int64_t amount = wish.amount.value_or(deal.wish.amount);
  Account& receiver = accounts_[deal.to];
  if (amount > deal.wish.amount) return told(kCaptureTooLarge);
  if (receiver.is_deleted) return told(kNotCapturable);
  if (!fits(receiver, amount)) return told(kAmountOutOfRange);
  Account& sender = accounts_[deal.from];
  sender.reserved -= deal.wish.amount;
  sender.balance += deal.wish.amount - amount;
  receiver.balance += amount;
  deal.status = kCompleted;
  deal.moved = amount;
  return "200";
}

std::string NaiveBank::cancel(const Uuid& id) {
  const auto found = deals_.find(id);
  if (found == deals_.end()) return told(kTransactionNotFound);
  if (found->second.status != kReserved) return told(kNotCancelable);
  give_back(found->second, kCancelled, kRequested);
  return "204";
}

std::string NaiveBank::freeze(const std::string& user, bool is_frozen) {
  Account* const account = find(user);
  if (account == nullptr) return "none";
  account->is_frozen = is_frozen;
  return "200";
}

std::string NaiveBank::remove(const std::string& user) {
  Account* const account = find(user);
  if (account == nullptr) return "none";
  if (account->balance + account->reserved > 0) return told(kWalletNotEmpty);
  account->is_deleted = true;
  users_.erase(user);
  return "204";
}

void NaiveBank::give_back(Deal& deal, std::string_view status, std::string_view reason) {
  Account& sender = accounts_[deal.from];
  sender.reserved -= deal.wish.amount;
  sender.balance += deal.wish.amount;
  deal.status = status;
  deal.reason = reason;
}

void NaiveBank::end(Deal& deal) {
  Account& receiver = accounts_[deal.to];
  if (deal.wish.is_hold) return give_back(deal, kCancelled, kExpired);
  if (receiver.is_deleted) return give_back(deal, kFailed, kReceiverDeleted);
  if (!fits(receiver, deal.wish.amount)) return give_back(deal, kFailed, kReceiverFull);
  accounts_[deal.from].reserved -= deal.wish.amount;
  receiver.balance += deal.wish.amount;
  deal.status = kCompleted;
  deal.moved = deal.wish.amount;
}

std::int64_t NaiveBank::settle(std::int64_t limit) {
  std::vector<Deal*> due;
  for (auto& [id, deal] : deals_) {
    if (deal.status == kReserved && deal.wish.delay_seconds.value_or(0) == 0) due.push_back(&deal);
  }
  std::ranges::sort(due, {}, [](const Deal* deal) {
    const Timestamp at = deal->wish.execute_at.value_or(Timestamp::max());
    return std::tuple(at, deal->turn, deal->wish.id);
  });
  if (std::ssize(due) > limit) due.resize(static_cast<std::size_t>(limit));
  for (Deal* const deal : due) end(*deal);
  return std::ssize(due);
}

std::string NaiveBank::wallets() const {
  std::string all;
  for (const Account& account : accounts_) {
    all += (all.empty() ? "" : ", ") + account.user + ": " + std::to_string(account.balance) + "+" +
           std::to_string(account.reserved);
  }
  return all;
}

std::string NaiveBank::transfers() const {
  std::string all;
  for (const auto& [id, deal] : deals_) {
    all +=
        id.to_string() + " " + deal.status + " " + std::to_string(deal.moved) + deal.reason + "\n";
  }
  return all;
}

std::vector<Uuid> NaiveBank::open_ones() const {
  std::vector<Uuid> open;
  for (const auto& [id, deal] : deals_) {
    if (deal.status == kReserved) open.push_back(id);
  }
  return open;
}

}  // namespace remit::wallets::test
