#include "remit/reconciliation/reconciler.hpp"

#include <algorithm>

#include "remit/net/json_writer.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::reconciliation {
namespace {

using telemetry::Level;

constexpr std::int64_t kMostKnown = 10'000;
constexpr Duration kAfterFailure = std::chrono::seconds(10);

/// {"balance_and_reserved": 100}
std::string object(std::string_view name, std::int64_t value) {
  net::JsonWriter json;
  json.begin_object().member(name, value).end_object();
  return json.take();
}

std::string object(std::string_view name, std::string_view value) {
  net::JsonWriter json;
  json.begin_object().member(name, value).end_object();
  return json.take();
}

std::string wallet_resource(const std::string& user) { return "/wallets/" + user; }
std::string transaction_resource(const Uuid& id) { return "/transactions/" + id.to_string(); }

}  // namespace

Reconciler::Reconciler(const jobs::Context& context, Parts parts, ReconcilerSettings settings)
    : parts_(std::move(parts)),
      settings_(settings),
      job_(context, "reconciliation", [this] { return turn(); }) {}

Finding Reconciler::finding(std::string_view kind, std::string resource) const {
  return {.id = make_id(parts_.ids.next(), left_.back().home()),
          .kind = std::string(kind),
          .resource = std::move(resource)};
}

Task<jobs::Rest> Reconciler::turn() {
  Result<void> done;
  if (left_.empty()) {
    const Result<bool> is_ours = co_await begin_round();
    if (!is_ours) {
      done = fail(is_ours.error());
    } else if (!*is_ours || left_.empty()) {
      // Sooner than the interval: the instance that has the turn may end.
      co_return settings_.interval / 4;
    }
  } else if (!is_begun_) {
    done = co_await begin_tenant();
  } else {
    done = co_await check_wallets();
  }
  if (!done) {
    telemetry::log(Level::warn, "reconciliation was given up for now",
                   {{"code", done.error().code.name}, {"detail", done.error().detail}});
    left_.clear();
    is_begun_ = false;
    co_return kAfterFailure;
  }
  if (left_.empty()) {
    end_round();
    co_return settings_.interval / 4;
  }
  co_return Duration::zero();
}

Task<Result<bool>> Reconciler::begin_round() {
  const TakeTurn::Input input{.interval = settings_.interval};
  const Result<bool> taken = co_await parts_.database.run<TakeTurn>(input);
  if (!taken) co_return fail(taken.error());
  if (!*taken) co_return false;
  Result<std::vector<Tenant>> tenants = co_await parts_.tenants();
  if (!tenants) co_return fail(std::move(tenants.error()));
  left_ = *std::move(tenants);
  open_in_round_ = 0;
  is_begun_ = false;
  co_return true;
}

void Reconciler::end_round() {
  open_ = open_in_round_;
  ++rounds_;
}

Task<Result<void>> Reconciler::begin_tenant() {
  ListFindings::Input wanted{
      .tenant = left_.back(), .limit = kMostKnown, .before = {}, .open_only = true};
  const auto open = co_await parts_.database.run<ListFindings>(std::move(wanted));
  if (!open) co_return fail(open.error());
  known_.clear();
  for (const Finding& each : *open) known_.emplace(each.kind, each.resource);
  after_wallet_ = 0;
  Result<void> done = co_await check_reservations();
  if (!done) co_return done;
  done = co_await check_trial_balance();
  is_begun_ = done.has_value();
  co_return done;
}

Task<Result<void>> Reconciler::check_wallets() {
  const SumWallets::Input input{.tenant = left_.back(),
                                .after_wallet = after_wallet_,
                                .most_wallets = settings_.wallets,
                                .after_posting = 0,
                                .most_entries = settings_.entries};
  const auto sums = co_await parts_.database.run<SumWallets>(input);
  if (!sums) co_return fail(sums.error());
  std::vector<Finding> wrong;
  std::vector<Finding> sound;
  for (const WalletSum& begun : *sums) {
    Result<WalletSum> whole = begun;
    if (begun.entries == settings_.entries) {
      whole = co_await add_up(begun);
      if (!whole) co_return fail(whole.error());
    }
    Finding its = finding(kWalletBalance, wallet_resource(begun.user));
    its.expected = object("balance_and_reserved", whole->sum);
    its.found = object("balance_and_reserved", whole->held);
    (whole->sum == whole->held ? sound : wrong).push_back(std::move(its));
  }
  const Result<void> recorded = co_await record(std::move(wrong), std::move(sound));
  if (!recorded) co_return recorded;
  if (std::ssize(*sums) < settings_.wallets) {
    left_.pop_back();
    is_begun_ = false;
    open_in_round_ += std::ssize(known_);
  } else {
    after_wallet_ = sums->back().wallet;
  }
  co_return Result<void>();
}

// What is below the last one that was added never changes, so that a long past may be added a part
// at a time. With the last part the wallet is read.
Task<Result<WalletSum>> Reconciler::add_up(WalletSum begun) {
  std::int64_t added = settings_.entries;
  while (added == settings_.entries) {
    const SumWallets::Input input{.tenant = left_.back(),
                                  .after_wallet = begun.wallet - 1,
                                  .most_wallets = 1,
                                  .after_posting = begun.last_posting,
                                  .most_entries = settings_.entries};
    const auto next = co_await parts_.database.run<SumWallets>(input);
    if (!next) co_return fail(next.error());
    const WalletSum& part = next->front();
    begun.held = part.held;
    begun.sum += part.sum;
    begun.last_posting = std::max(begun.last_posting, part.last_posting);
    added = part.entries;
  }
  co_return begun;
}

Task<Result<void>> Reconciler::check_reservations() {
  const Tenant tenant = left_.back();
  const auto differing = co_await parts_.database.run<FindUnscheduled>(tenant);
  if (!differing) co_return fail(differing.error());
  std::vector<Finding> wrong;
  std::set<std::string> unsound;
  for (const ReservedSum& each : *differing) {
    const PutBack::Input input{.tenant = tenant, .wallet = each.wallet};
    const auto put = co_await parts_.database.run<PutBack>(input);
    if (!put) co_return fail(put.error());
    for (const Uuid& id : put->scheduled) {
      Finding its = finding(kNotScheduled, transaction_resource(id));
      its.expected = object("scheduled", "yes");
      its.found = object("scheduled", "no");
      its.done = "it was scheduled again, and ends when it is due";
      wrong.push_back(std::move(its));
    }
    for (const Uuid& id : put->removed) {
      Finding its = finding(kScheduledInVain, transaction_resource(id));
      its.expected = object("scheduled", "no");
      its.found = object("scheduled", "yes");
      its.done = "it was removed from the schedule: it has ended";
      wrong.push_back(std::move(its));
    }
    if (put->reserved == put->expected) continue;
    Finding its = finding(kWalletReserved, wallet_resource(each.user));
    its.expected = object("reserved", put->expected);
    its.found = object("reserved", put->reserved);
    unsound.insert(its.resource);
    wrong.push_back(std::move(its));
  }
  std::vector<Finding> sound;
  for (const auto& [kind, resource] : known_) {
    if (kind == kWalletReserved && !unsound.contains(resource)) {
      sound.push_back(finding(kind, resource));
    }
  }
  const Result<void> recorded = co_await record(std::move(wrong), std::move(sound));
  co_return recorded;
}

Task<Result<void>> Reconciler::check_trial_balance() {
  const auto sums = co_await parts_.trial_balance(left_.back());
  if (!sums) co_return fail(sums.error());
  std::vector<Finding> wrong;
  std::vector<Finding> sound;
  for (const CurrencySum& each : *sums) {
    Finding its = finding(kTrialBalance, "/ledger/trial-balance#" + each.currency);
    its.expected = object("wallets", each.entries);
    its.found = object("wallets", each.wallets);
    (each.wallets == each.entries ? sound : wrong).push_back(std::move(its));
  }
  const Result<void> recorded = co_await record(std::move(wrong), std::move(sound));
  co_return recorded;
}

/// `sound`: what was found right; it is resolved if it was not before.
Task<Result<void>> Reconciler::record(std::vector<Finding> wrong, std::vector<Finding> sound) {
  std::erase_if(
      sound, [this](const Finding& each) { return known_.erase({each.kind, each.resource}) == 0; });
  if (wrong.empty() && sound.empty()) co_return Result<void>();
  for (const Finding& each : wrong) {
    // One that is there since an earlier round was told then.
    const bool is_new = !each.done.empty() || known_.emplace(each.kind, each.resource).second;
    if (!is_new) continue;
    telemetry::log(Level::error, "reconciliation found a mismatch",
                   {{"tenant", left_.back().id().value()},
                    {"kind", each.kind},
                    {"resource", each.resource},
                    {"expected", each.expected},
                    {"found", each.found},
                    {"done", each.done}});
  }
  RecordFindings::Input input{
      .tenant = left_.back(), .wrong = std::move(wrong), .right = std::move(sound)};
  const auto fresh = co_await parts_.database.run<RecordFindings>(std::move(input));
  if (!fresh) co_return fail(fresh.error());
  found_ += *fresh;
  co_return Result<void>();
}

}  // namespace remit::reconciliation
