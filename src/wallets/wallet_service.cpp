#include "remit/wallets/wallet_service.hpp"

#include <array>
#include <utility>

#include "transfer_rules.hpp"

namespace remit::wallets {
namespace {

/// Ids are in the order in which transactions are made: what is written and settled together is in
/// neighbouring pages of the tables. The first 48 bits are milliseconds, as in version 7 of RFC
/// 9562; then 12 for the place in a batch.
Uuid ordered(const Uuid& random, Timestamp now, std::size_t place) {
  std::array<std::uint8_t, 16> bytes = random.bytes();
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  auto ms = static_cast<std::uint64_t>(since_1970.count());
  for (std::size_t i = 6; i > 0; --i, ms >>= 8U)
    bytes[i - 1] = static_cast<std::uint8_t>(ms & 0xFFU);
  bytes[6] = static_cast<std::uint8_t>((place >> 8U) & 0x0FU);
  bytes[7] = static_cast<std::uint8_t>(place & 0xFFU);
  return Uuid(bytes);
}

bool is_large(const Movement& movement) {
  constexpr std::size_t kFew = 50;
  const auto* const transfers = std::get_if<CreateTransfers>(&movement);
  return transfers != nullptr && transfers->items.size() > kFew;
}

}  // namespace

void WalletService::give_ids(MovementRequest& request) {
  const Bucket home = request.claim.tenant.home();
  const auto make = [&](std::size_t place) {
    return make_id(ordered(ids_.next(), clock_.now(), place), home);
  };
  Movement& movement = request.movement;
  if (auto* const wallet = std::get_if<OpenWallet>(&movement)) {
    wallet->deposit_id = make(0);
  } else if (auto* const funds = std::get_if<MoveFunds>(&movement)) {
    funds->transaction_id = make(0);
  } else if (auto* const transfers = std::get_if<CreateTransfers>(&movement)) {
    std::size_t place = 0;
    for (NewTransfer& item : transfers->items) {
      if (!item.has_own_id) item.id = make(place);
      ++place;
    }
  }
}

Task<Result<idempotency::Answer>> WalletService::carry_out(MovementRequest request) {
  give_ids(request);
  BatchTurns::Turn turn;
  if (is_large(request.movement)) {
    Result<BatchTurns::Turn> taken = co_await batch_turns_.take();
    if (!taken) co_return fail(std::move(taken.error()));
    turn = *std::move(taken);
  }
  const Bucket home = request.claim.tenant.home();
  Result<MovementOutcome> done = co_await database_.run<CarryOutMovement>(std::move(request));
  if (!done) co_return fail(std::move(done.error()));
  if (done->answer.replayed) ++replays_;
  if (done->due_in) settler_.expect(home, *done->due_in);
  co_return std::move(done->answer);
}

Task<Result<Wallet>> WalletService::find(Tenant tenant, std::string user_id) {
  WalletKey key{.tenant = tenant, .user_id = user_id};
  Result<std::optional<Wallet>> found = co_await database_.run<FindWallet>(std::move(key));
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(no_wallet(user_id));
  co_return **std::move(found);
}

Task<Result<WalletThen>> WalletService::find_at(Tenant tenant, std::string user_id, Timestamp at) {
  FindWalletAt::Input input{.which = {.tenant = tenant, .user_id = user_id}, .at = at};
  Result<std::optional<WalletThen>> found = co_await database_.run<FindWalletAt>(std::move(input));
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(no_wallet(user_id));
  const Timestamp opened = (*found)->wallet.created_at;
  if (at < opened) {
    co_return fail(kWalletNotFound,
                   "the wallet of the user " + user_id + " was opened at " + to_rfc3339(opened));
  }
  co_return **std::move(found);
}

Task<Result<StatementSpan>> WalletService::statement(FindStatement::Input wanted) {
  const std::string user = wanted.which.user_id;
  Result<std::optional<StatementSpan>> found =
      co_await database_.run<FindStatement>(std::move(wanted));
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(no_wallet(user));
  co_return **std::move(found);
}

Task<Result<std::vector<StatementEntry>>> WalletService::statement_page(
    ListStatement::Input wanted) {
  return database_.run<ListStatement>(std::move(wanted));
}

Task<Result<std::vector<Wallet>>> WalletService::list(ListWallets::Input wanted) {
  return database_.run<ListWallets>(std::move(wanted));
}

Task<Result<Wallet>> WalletService::freeze(Tenant tenant, std::string user_id, std::string reason) {
  FreezeWallet::Input input{.which = {.tenant = tenant, .user_id = user_id},
                            .reason = std::move(reason)};
  Result<std::optional<Wallet>> changed = co_await database_.run<FreezeWallet>(std::move(input));
  if (!changed) co_return fail(std::move(changed.error()));
  if (!*changed) co_return fail(no_wallet(user_id));
  co_return **std::move(changed);
}

Task<Result<void>> WalletService::remove(Tenant tenant, std::string user_id) {
  WalletKey key{.tenant = tenant, .user_id = user_id};
  const Result<bool> removed = co_await database_.run<DeleteWallet>(std::move(key));
  if (!removed) co_return fail(removed.error());
  if (!*removed) co_return fail(no_wallet(user_id));
  co_return Result<void>();
}

Task<Result<Transfer>> WalletService::transfer(Tenant tenant, Uuid id) {
  const FindTransfer::Input input{.tenant = tenant, .id = id};
  Result<std::optional<Transfer>> found = co_await database_.run<FindTransfer>(input);
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) {
    co_return fail(no_transaction(id));
  }
  co_return **std::move(found);
}

Task<Result<std::vector<Transfer>>> WalletService::transfers(ListTransfers::Input wanted) {
  const std::string user = wanted.whose.user_id;
  Result<std::optional<std::vector<Transfer>>> found =
      co_await database_.run<ListTransfers>(std::move(wanted));
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(no_wallet(user));
  co_return **std::move(found);
}

Task<Result<void>> WalletService::cancel(Tenant tenant, Uuid id) {
  const CancelTransaction::Input input{.tenant = tenant, .transaction_id = id};
  const Result<bool> cancelled = co_await database_.run<CancelTransaction>(input);
  if (!cancelled) co_return fail(cancelled.error());
  co_return Result<void>();
}

}  // namespace remit::wallets
