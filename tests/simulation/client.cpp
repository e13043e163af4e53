#include "simulation/client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "remit/engine/saga_machine.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kClientTimeout = seconds(6);

/// What ends a client's efforts.
bool is_definite(const ClientAnswer& answer) {
  return answer.stored || answer.code == "QUOTE_ALREADY_USED" || answer.code == "QUOTE_NOT_FOUND" ||
         answer.code == "DUPLICATE_REQUEST" || answer.code == "IDEMPOTENCY_KEY_REUSED";
}

}  // namespace

Clients::Clients(World& world, Instances& instances, std::int64_t payments)
    : world_(world),
      instances_(instances),
      random_(world.random.fork()),
      ids_(random_.next()),
      payments_(payments),
      loss_(world.profile.troubles.clients * 20),
      machine_(world.schedule, world.epoch) {}

void Clients::start() {
  for (std::int64_t i = 0; i < payments_; ++i) {
    ++busy_;
    const Duration begin = random_.between(Duration{0}, world_.profile.trouble);
    machine_.spawn(pay(begin, random_.chance(500)));
  }
  machine_.spawn(operate());
}

Task<void> Clients::sleep(Duration delay) {
  Schedule& schedule = world_.schedule;
  auto waiting = machine_.ask<bool>(
      [&schedule, delay](Reply<bool> reply) { schedule.after(delay, [reply] { reply(true); }); });
  co_await std::move(waiting);
}

Tenant Clients::draw_tenant() {
  if (random_.chance(world_.profile.of_first_tenant)) return kTenants.front();
  const auto last = static_cast<std::int64_t>(world_.profile.tenants) - 1;
  return kTenants.at(static_cast<std::size_t>(random_.between(1, last)));
}

void Clients::rush(Tenant tenant, std::int64_t payments, std::optional<Duration> due) {
  for (std::int64_t i = 0; i < payments; ++i) {
    ++busy_;
    machine_.spawn(pay_in_rush(tenant, due));
  }
}

Task<void> Clients::pay_in_rush(Tenant tenant, std::optional<Duration> due) {
  Promise* const promise = &promises_.emplace_back();
  promise->tenant = tenant;
  SharedClientRequest request;
  if (due) {
    request = co_await make_conversion(promise);
    auto later = std::make_shared<ClientRequest>(*request);
    later->delay = *due - world_.schedule.now();
    request = std::move(later);
  } else {
    request = make_charge(*promise);
  }
  co_await insist(promise, request);
  --busy_;
}

Task<void> Clients::pay(Duration begin, bool is_charge) {
  co_await sleep(begin);
  promises_.emplace_back();
  Promise* const promise = &promises_.back();
  promise->tenant = draw_tenant();
  SharedClientRequest request;
  if (is_charge) {
    request = make_charge(*promise);
  } else {
    request = co_await make_conversion(promise);
  }
  if (random_.chance(150 + loss_)) {
    world_.log.fault(Fault::double_submit);
    ++busy_;
    machine_.spawn(spawned_insist(promise, request));
  }
  const bool told = co_await insist(promise, request);
  if (told && promise->payment_id && random_.chance(150)) {
    co_await try_cancel(promise, *promise->payment_id);
  }
  if (told && promise->payment_id && random_.chance(200)) {
    co_await read_back(promise, *promise->payment_id);
  }
  if (told && promise->held && random_.chance(200)) co_await misuse(promise, request);
  --busy_;
}

Task<void> Clients::spawned_insist(Promise* promise, SharedClientRequest request) {
  co_await insist(promise, std::move(request));
  --busy_;
}

SharedClientRequest Clients::make_charge(Promise& promise) {
  auto request = std::make_shared<ClientRequest>();
  request->type = promise.type = ClientRequest::Type::charge;
  request->tenant = promise.tenant;
  request->payment_id = ids_.next();
  request->amount = promise.amount = {random_.between(1, 100'000), Currency::BRL};
  promise.key = request->payment_id.to_string();
  return request;
}

Task<SharedClientRequest> Clients::make_conversion(Promise* promise) {
  static constexpr std::array kNamed{Currency::USD, Currency::EUR, Currency::GBP, Currency::JPY,
                                     Currency::BRL};
  auto request = std::make_shared<ClientRequest>();
  request->type = promise->type = ClientRequest::Type::convert;
  request->tenant = promise->tenant;
  request->key = promise->key = "key-" + std::to_string(promises_.size());
  request->source_account = "payer-" + request->key;
  request->destination_account = "payee-" + request->key;
  request->amount = {random_.between(random_.chance(50) ? 1 : 2'000, 500'000),
                     random_.pick(kNamed)};
  const Currency to = random_.pick(kNamed);
  if (random_.chance(250)) request->delay = random_.between(milliseconds(1), seconds(60));
  const std::int64_t style = random_.between(0, 99);
  if (style < 40) {
    std::optional<quotes::Quote> quote = co_await get_quote(promise->tenant, request->amount, to);
    if (quote) {
      known_quotes_.insert_or_assign(promise->tenant, *quote);
      request->quote_id = quotes::parse_quote_id(quote->quote_id);
    }
    if (random_.chance(100)) co_await sleep(world_.profile.quotes.valid_for);
  } else if (style < 55 && known_quotes_.contains(promise->tenant)) {
    const quotes::Quote& known = known_quotes_.at(promise->tenant);
    request->quote_id = quotes::parse_quote_id(known.quote_id);
    request->amount = known.amount;
    if (random_.chance(100)) request->amount.minor += 1;
  } else if (style == 55) {
    request->quote_id = ids_.next();
  }
  if (!request->quote_id) request->destination_currency = to;
  promise->amount = request->amount;
  promise->fingerprint = request->fingerprint = "f" + request->key;
  co_return request;
}

Task<std::optional<quotes::Quote>> Clients::get_quote(Tenant tenant, Money amount, Currency to) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::quote;
  request->tenant = tenant;
  request->amount = amount;
  request->destination_currency = to;
  for (int attempt = 0; attempt < 3; ++attempt) {
    ClientAnswer told = co_await send(nullptr, request);
    if (told.quote) co_return std::move(told.quote);
  }
  co_return std::nullopt;
}

Task<bool> Clients::insist(Promise* promise, SharedClientRequest request) {
  const bool gives_up = random_.chance(30);
  Duration pause = milliseconds(100);
  while (true) {
    const ClientAnswer told = co_await send(promise, request);
    if (is_definite(told)) co_return true;
    if (gives_up) co_return false;
    co_await sleep(random_.between(pause / 2, pause));
    pause = std::min<Duration>(pause * 2, seconds(8));
  }
}

Task<void> Clients::misuse(Promise* promise, SharedClientRequest request) {
  auto misused = std::make_shared<ClientRequest>(*request);
  const std::int64_t style = random_.between(0, 2);
  if (style == 1) misused->strict = true;
  if (style == 2) {
    misused->amount.minor += 1;
    misused->fingerprint += "-other";
  }
  const Duration later = random_.between(Duration{0}, seconds(20));
  if (random_.chance(500)) co_await sleep(later);
  co_await send(promise, misused);
}

Task<void> Clients::try_cancel(Promise* promise, Uuid payment_id) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::cancel;
  request->tenant = promise->tenant;
  request->payment_id = payment_id;
  const Duration longest = random_.chance(500) ? milliseconds(10) : seconds(5);
  const Duration delay = random_.between(Duration{0}, longest);
  co_await sleep(delay);
  co_await send(promise, request);
}

Task<void> Clients::read_back(Promise* promise, Uuid payment_id) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::get;
  request->tenant = random_.chance(200) ? draw_tenant() : promise->tenant;
  request->payment_id = payment_id;
  co_await send(promise, request);
}

std::vector<std::pair<Tenant, Uuid>> Clients::stuck_payments() {
  std::vector<std::pair<Tenant, Uuid>> stuck;
  world_.database.committed().each_saga([this, &stuck](const SagaRow& row) {
    const engine::Saga& saga = row.saga;
    const bool is_parked = !saga.parked_reason.empty();
    const bool is_failed = world_.is_troubled && saga.status == engine::kFailed;
    if ((is_parked && random_.chance(world_.is_troubled ? 300 : 900)) ||
        (is_failed && random_.chance(60))) {
      const auto tenant = std::ranges::find(kTenants, saga.tenant, &Tenant::id);
      stuck.emplace_back(*tenant, saga.id);
    }
  });
  return stuck;
}

Task<void> Clients::operate() {
  while (true) {
    co_await sleep(random_.between(seconds(5), seconds(30)));
    for (const auto& [tenant, payment_id] : stuck_payments()) {
      auto request = std::make_shared<ClientRequest>();
      request->type = ClientRequest::Type::retry;
      request->tenant = tenant;
      request->payment_id = payment_id;
      const ClientAnswer told = co_await send(nullptr, request);
      if (told.payment) ++retries_;
    }
  }
}

void Clients::ask_summary(Tenant tenant, std::optional<Timestamp> from,
                          std::optional<Timestamp> to) {
  auto request = std::make_shared<ClientRequest>();
  request->type = ClientRequest::Type::summary;
  request->tenant = tenant;
  request->from = from;
  request->to = to;
  summary_.reset();
  machine_.spawn(read_summary(request));
}

Task<void> Clients::read_summary(SharedClientRequest request) {
  while (!summary_) {
    ClientAnswer told = co_await send(nullptr, request);
    summary_ = std::move(told.summary);
  }
}

Task<ClientAnswer> Clients::send(Promise* promise, SharedClientRequest request) {
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

void Clients::deliver(Promise* promise, SharedClientRequest request, Reply<ClientAnswer> reply) {
  Instance& instance = *random_.pick(instances_);
  const bool is_served = instance.serve(request, [this, promise, request,
                                                  reply](ClientAnswer told) {
    if (promise != nullptr) judge(*promise, *request, told);
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
