#include "simulation/wallet_client.hpp"

#include <algorithm>
#include <utility>

#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wallets::CaptureHold;
using wallets::CreateTransfers;
using wallets::MoveFunds;
using wallets::NewTransfer;
using wallets::OpenWallet;

constexpr Duration kClientTimeout = seconds(6);
constexpr std::size_t kUsers = 5;

/// What ends a client's efforts.
bool is_definite(const ClientAnswer& answer) {
  if (answer.stored || answer.status == 204 || answer.status == 200) return true;
  return answer.status >= 400 && answer.status < 500 && answer.code != "REQUEST_IN_PROGRESS";
}

}  // namespace

WalletClients::WalletClients(World& world, Instances& instances, std::uint64_t seed)
    : world_(world),
      instances_(instances),
      random_(seed + 0x77a11e7),
      ids_(random_.next()),
      loss_(world.profile.troubles.clients * 20),
      machine_(world.schedule, world.epoch) {}

void WalletClients::start() {
  for (const Tenant& tenant : {kTenants[0], kTenants[1]}) {
    const std::int64_t clients = world_.profile.wallet_clients;
    for (std::int64_t i = 0; i < clients; ++i) {
      ++busy_;
      const Duration begin = random_.between(seconds(2), world_.profile.trouble);
      machine_.spawn(live(tenant, i < static_cast<std::int64_t>(kUsers) ? Duration{0} : begin));
    }
  }
}

Task<void> WalletClients::sleep(Duration delay) {
  Schedule& schedule = world_.schedule;
  auto waiting = machine_.ask<bool>(
      [&schedule, delay](Reply<bool> reply) { schedule.after(delay, [reply] { reply(true); }); });
  co_await std::move(waiting);
}

Task<void> WalletClients::sleep_until_due(Tenant tenant, Uuid id) {
  const WalletTables& tables = world_.database.committed().storage().wallets;
  const auto found = tables.transfers.find({tenant, id});
  if (found == tables.transfers.end() || !found->second.committed()) co_return;
  const Duration due = found->second.committed()->execute_at - world_.epoch;
  const Duration aside = random_.between(milliseconds(-5), milliseconds(15));
  const Duration left = std::max(Duration::zero(), due + aside - world_.schedule.now());
  co_await sleep(left);
}

std::string WalletClients::draw_user() {
  return "u" + std::to_string(random_.between(0, kUsers - 1));
}

WalletWish& WalletClients::wish(Tenant tenant, std::string kind) {
  WalletWish& made = wishes_[++last_amount_];
  made.tenant = tenant;
  made.kind = std::move(kind);
  made.amount = last_amount_;
  return made;
}

// The first of them open the wallets.
Task<void> WalletClients::live(Tenant tenant, Duration begin) {
  co_await sleep(begin);
  if (begin == Duration::zero()) {
    for (std::size_t i = 0; i < kUsers; ++i) {
      co_await open(tenant, "u" + std::to_string(i), kOpeningBalance);
    }
  } else if (const std::int64_t style = random_.between(0, 99); style < 12) {
    co_await move_funds(tenant);
  } else if (style < 65) {
    co_await transfer(tenant);
  } else if (style < 85) {
    co_await transfer_many(tenant);
  } else if (style < 92) {
    co_await freeze(tenant);
  } else {
    co_await send_to_one_that_goes(tenant);
  }
  --busy_;
}

Task<void> WalletClients::open(Tenant tenant, std::string user, std::int64_t balance) {
  OpenWallet movement{.user_id = user, .name = user, .opening_balance = balance};
  const ClientAnswer told = co_await ask(tenant, std::move(movement));
  const bool is_there = told.status == 201 || told.code == "WALLET_EXISTS";
  if (!is_there) world_.log.violation("a wallet cannot be opened");
}

Task<void> WalletClients::move_funds(Tenant tenant) {
  const bool is_withdrawal = random_.chance(500);
  const std::string user = draw_user();
  WalletWish& wanted = wish(tenant, is_withdrawal ? "withdrawal" : "deposit");
  (is_withdrawal ? wanted.from : wanted.to) = user;
  MoveFunds movement{.is_withdrawal = is_withdrawal, .user_id = user, .amount = wanted.amount};
  co_await ask(tenant, std::move(movement));
}

NewTransfer WalletClients::draw_transfer(Tenant tenant) {
  WalletWish& wanted = wish(tenant, "transfer");
  wanted.from = draw_user();
  do {
    wanted.to = draw_user();
  } while (wanted.to == wanted.from);
  wanted.is_hold = random_.chance(350);
  NewTransfer transfer{.from_user = wanted.from,
                       .to_user = wanted.to,
                       .amount = wanted.amount,
                       .is_hold = wanted.is_hold};
  if (wanted.is_hold) {
    transfer.delay_seconds = random_.between(1, 20);
  } else if (random_.chance(600)) {
    transfer.delay_seconds = random_.between(0, 40);
  }
  if (random_.chance(350)) {
    transfer.has_own_id = true;
    transfer.id = make_id(ids_.next(), tenant.home());
    own_.emplace_back(tenant, transfer);
  }
  return transfer;
}

Task<void> WalletClients::transfer(Tenant tenant) {
  NewTransfer wanted = draw_transfer(tenant);
  if (!own_.empty() && random_.chance(200)) {
    // An id that another request has: the same again, or with another content.
    const auto& [whose, earlier] = random_.pick(own_);
    tenant = whose;
    wanted = earlier;
    if (random_.chance(300)) {
      WalletWish& misuse = wish(tenant, "transfer");
      misuse.is_contested = wishes_.at(wanted.amount).is_contested = true;
      wanted.amount = misuse.amount;
      if (random_.chance(500)) std::swap(wanted.from_user, wanted.to_user);
      misuse.from = wanted.from_user;
      misuse.to = wanted.to_user;
      misuse.is_hold = wanted.is_hold;
    }
  }
  const bool is_hold = wanted.is_hold;
  CreateTransfers movement{.items = {wanted}};
  const ClientAnswer told = co_await ask(tenant, std::move(movement));
  const std::optional<Uuid> id = Uuid::parse(told.resource_id);
  if (told.status == 201 && id) co_await disturb(tenant, *id, is_hold);
}

Task<void> WalletClients::transfer_many(Tenant tenant) {
  CreateTransfers movement{.items = {}, .is_batch = true};
  std::optional<NewTransfer> own;
  for (std::int64_t left = random_.between(2, 6); left > 0; --left) {
    movement.items.push_back(draw_transfer(tenant));
    if (movement.items.back().has_own_id) own = movement.items.back();
  }
  const ClientAnswer told = co_await ask(tenant, std::move(movement));
  if (told.status == 200 && own) co_await disturb(tenant, own->id, own->is_hold);
}

Task<void> WalletClients::disturb(Tenant tenant, Uuid id, bool is_hold) {
  if (random_.chance(600)) {
    co_await sleep_until_due(tenant, id);
  } else {
    const Duration pause = random_.between(Duration{0}, seconds(3));
    co_await sleep(pause);
  }
  if (random_.chance(is_hold ? 700 : 50)) co_await capture(tenant, id);
  if (random_.chance(300)) co_await cancel(tenant, id);
  if (is_hold && random_.chance(300)) co_await capture(tenant, id);
}

Task<void> WalletClients::capture(Tenant tenant, Uuid id) {
  const WalletTables& tables = world_.database.committed().storage().wallets;
  const auto found = tables.transfers.find({tenant, id});
  const bool is_there = found != tables.transfers.end() && found->second.committed();
  const std::int64_t whole = is_there ? found->second.committed()->amount.minor : 1;
  CaptureHold movement{.transaction_id = id};
  if (random_.chance(700)) movement.amount = random_.between(1, whole);
  if (random_.chance(150)) movement.amount = whole + random_.between(1, 3);
  co_await ask(tenant, std::move(movement));
}

Task<void> WalletClients::cancel(Tenant tenant, Uuid id) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::cancel_transaction;
  request->tenant = tenant;
  request->payment_id = id;
  co_await insist(nullptr, request);
}

Task<void> WalletClients::freeze(Tenant tenant) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::freeze_wallet;
  request->tenant = tenant;
  request->user = draw_user();
  request->reason = "inquiry";
  co_await insist(nullptr, request);
  const Duration pause = random_.between(Duration{0}, seconds(4));
  co_await sleep(pause);
  auto again = std::make_shared<ClientRequest>(*request);
  again->reason.clear();
  co_await insist(nullptr, again);
}

// What is sent to it comes back, unless it is there when it is due.
Task<void> WalletClients::send_to_one_that_goes(Tenant tenant) {
  const std::string user = "x" + std::to_string(++last_user_);
  co_await open(tenant, user, 0);
  WalletWish& wanted = wish(tenant, "transfer");
  wanted.from = draw_user();
  wanted.to = user;
  NewTransfer item{.from_user = wanted.from, .to_user = user, .amount = wanted.amount};
  item.delay_seconds = random_.between(0, 3);
  CreateTransfers movement{.items = {item}};
  co_await ask(tenant, std::move(movement));
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::delete_wallet;
  request->tenant = tenant;
  request->user = user;
  co_await insist(nullptr, request);
  if (random_.chance(300)) co_await open(tenant, user, 0);
}

Task<ClientAnswer> WalletClients::ask(Tenant tenant, wallets::Movement movement) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::move;
  request->tenant = tenant;
  request->key = "move-" + std::to_string(promises_.size());
  request->fingerprint = "f" + request->key;
  request->movement = std::make_shared<const wallets::Movement>(std::move(movement));
  Promise* const promise = &promises_.emplace_back();
  promise->request = request;
  if (random_.chance(100 + loss_)) {
    world_.log.fault(Fault::double_submit);
    ++busy_;
    machine_.spawn(insist_beside(promise));
  }
  ClientAnswer told = co_await insist(promise, request);
  co_return told;
}

Task<void> WalletClients::insist_beside(Promise* promise) {
  co_await insist(promise, promise->request);
  --busy_;
}

Task<ClientAnswer> WalletClients::insist(Promise* promise, SharedClientRequest request) {
  Duration pause = milliseconds(100);
  while (true) {
    ClientAnswer told = co_await send(promise, request);
    if (is_definite(told)) co_return told;
    const Duration rest = random_.between(pause / 2, pause);
    co_await sleep(rest);
    pause = std::min<Duration>(pause * 2, seconds(8));
  }
}

Task<ClientAnswer> WalletClients::send(Promise* promise, SharedClientRequest request) {
  auto answering = machine_.ask<ClientAnswer>([this, promise, &request](Reply<ClientAnswer> reply) {
    world_.schedule.after(kClientTimeout, [reply] { reply(ClientAnswer{}); });
    if (world_.is_troubled && random_.chance(loss_)) {
      world_.log.fault(Fault::client_request_lost);
      return;
    }
    const bool is_late = world_.is_troubled && random_.chance(loss_);
    const Duration delay = random_.between(Duration{200}, is_late ? seconds(12) : milliseconds(5));
    world_.schedule.after(delay,
                          [this, promise, request, reply] { deliver(promise, request, reply); });
  });
  ClientAnswer told = co_await std::move(answering);
  co_return told;
}

void WalletClients::deliver(Promise* promise, SharedClientRequest request,
                            Reply<ClientAnswer> reply) {
  Instance& instance = *random_.pick(instances_);
  const bool is_served = instance.serve(request, [this, promise, request,
                                                  reply](ClientAnswer told) {
    judge(promise, *request, told);
    if (world_.is_troubled && random_.chance(loss_)) {
      world_.log.fault(Fault::client_answer_lost);
      return;
    }
    world_.schedule.after(random_.between(Duration{200}, milliseconds(5)),
                          [reply, told = std::move(told)]() mutable { reply(std::move(told)); });
  });
  if (!is_served) reply(ClientAnswer{});
}

}  // namespace remit::simulation
