// A runner over a store in memory, providers that answer as they are told, and time that stands
// still. Everything that happens is written to one journal, so that its order can be looked at.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "remit/engine/claim_operations.hpp"
#include "remit/engine/claim_shares.hpp"
#include "remit/engine/runner.hpp"
#include "remit/engine/saga_operations.hpp"
#include "saga_fixture.hpp"
#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/readiness.hpp"
#include "support/run_task.hpp"

namespace remit::engine {

using Journal = std::vector<std::string>;

/// The saga table in memory.
class FakeSagas {
 public:
  struct Row {
    Saga saga;
    Duration due{0};
    bool ended = false;
  };

  FakeSagas(test::FakeDatabase& database, const test::ManualClock& clock, Journal& journal)
      : clock_(clock), journal_(journal) {
    database.on<LookForWork>([this](const LookRequest& request) { return look(request); });
    database.on<ClaimSagas>([this](const ClaimRequest& request) { return claim(request); });
    database.on<SaveStep>([this](const SaveRequest& request) { return save(request); });
    database.on<ReleaseSaga>([this](const Saga& saga) { return release(saga); });
  }

  /// Names all tenants, with what they will have.
  Result<WorkSeen> look(const LookRequest& /*request*/) {
    if (!tells_time) return fail(kUnavailable, "");
    std::set<TenantId> tenants{kTenant};
    for (const auto& [id, row] : rows) tenants.insert(row.saga.tenant);
    WorkSeen seen{.at = kStart + clock_.monotonic()};
    for (const TenantId tenant : tenants) seen.places.push_back({Bucket(0), tenant, seen.at});
    return seen;
  }

  Result<Claimed> claim(const ClaimRequest& request) {
    ++claims;
    Claimed claimed{.at = kStart + clock_.monotonic()};
    Journal chosen;
    std::vector<ClaimShares::Want> wants;
    for (const TenantWork& work : request.work) wants.push_back({work.held, work.most});
    ClaimShares shares(request.limit, std::move(wants));
    while (const auto round = shares.next_round()) {
      ClaimShares::Counts taken(round->size());
      for (std::size_t i = 0; i < round->size(); ++i) {
        taken[i] = claim_of(request.work[i].tenant, (*round)[i], request, claimed, chosen);
      }
      shares.on_taken(taken);
    }
    if (claimed.taken > 0) {
      journal_.push_back("claim " + std::to_string(claimed.taken));
      journal_.insert(journal_.end(), chosen.begin(), chosen.end());
    }
    if (!tells_time) claimed.at.reset();
    return claimed;
  }

  Result<Saved> save(const SaveRequest& request) {
    if (!save_failures.empty()) {
      const ProblemCode code = save_failures.front();
      save_failures.pop_front();
      journal_.push_back("save " + std::string(code.name));
      return fail(code, "");
    }
    Row& row = rows.at(request.step.saga.id);
    const Leg* leg = current_leg(request.step.saga);
    const std::string state(leg == nullptr ? "-" : to_string(leg->state));
    if (row.saga.version != request.step.saga.version) {
      journal_.push_back("fenced " + state);
      return Saved::fenced;
    }
    journal_.push_back("save " + state);
    row.saga = request.step.saga;
    ++row.saga.version;
    row.ended = request.step.ended;
    row.due = clock_.monotonic() + request.step.rest.value_or(request.lease);
    return Saved::saved;
  }

  Result<Saved> release(const Saga& saga) {
    journal_.push_back("release");
    Row& row = rows.at(saga.id);
    if (row.saga.version != saga.version) return Saved::fenced;
    ++row.saga.version;
    row.due = clock_.monotonic();
    return Saved::saved;
  }

  std::int64_t claim_of(TenantId tenant, std::int64_t limit, const ClaimRequest& request,
                        Claimed& claimed, Journal& chosen) {
    std::int64_t taken = 0;
    for (auto& [id, row] : rows) {
      const Leg* leg = current_leg(row.saga);
      const bool routed = leg != nullptr && !leg->provider.empty();
      if (row.saga.plan != request.plan || row.saga.tenant != tenant || row.ended ||
          row.due > clock_.monotonic() - request.overdue || routed != request.has_provider ||
          !test::is_ready(row.saga, request.ready, *claimed.at) || taken == limit) {
        continue;
      }
      ++taken;
      row.due = clock_.monotonic() + request.lease;
      if (request.choose) {
        Step step = request.choose(row.saga, *claimed.at);
        row.saga = std::move(step.saga);
        if (!step.transitions.empty())
          chosen.push_back("choose " + std::string(to_string(leg_state(row))));
        if (step.rest) row.due = clock_.monotonic() + *step.rest;
        row.ended = step.ended;
      }
      ++row.saga.version;
      if (row.due >= clock_.monotonic() + request.lease) claimed.sagas.push_back(row.saga);
    }
    if (taken < limit) claimed.exhausted.emplace_back(tenant, Bucket(0));
    claimed.taken += taken;
    return taken;
  }

  static LegState leg_state(const Row& row) { return current_leg(row.saga)->state; }

  std::map<Uuid, Row> rows;
  std::deque<ProblemCode> save_failures;
  std::int64_t claims = 0;
  bool tells_time = true;

 private:
  const test::ManualClock& clock_;
  Journal& journal_;
};

/// Answers at once from `answers`, the last one again and again; with none, when told to.
class ScriptedProvider final : public providers::LegProvider {
 public:
  ScriptedProvider(AlarmFactory& alarms, Journal& journal) : alarms_(alarms), journal_(journal) {}

  Task<Outcome> submit(providers::Operation operation, providers::CallContext context) override {
    return answer("submit", std::move(operation), std::move(context));
  }
  Task<Outcome> query(providers::Operation operation, providers::CallContext context) override {
    return answer("query", std::move(operation), std::move(context));
  }

  void answer_all(const Outcome& with) {
    answers = {with};
    for (const auto& alarm : held_) alarm->ring();
  }
  /// Of those that are held the first.
  void answer_one(const Outcome& with) {
    one_ = with;
    const std::shared_ptr<Alarm> first = held_.front();
    held_.erase(held_.begin());
    first->ring();
  }

  std::deque<Outcome> answers;
  std::vector<providers::CallContext> contexts;
  std::vector<providers::Operation> operations;
  std::int64_t under_way = 0;
  std::int64_t most_under_way = 0;

 private:
  Task<Outcome> answer(std::string what, providers::Operation operation,
                       providers::CallContext context) {
    journal_.push_back(std::move(what));
    operations.push_back(std::move(operation));
    contexts.push_back(std::move(context));
    most_under_way = std::max(most_under_way, ++under_way);
    if (answers.empty()) {
      const std::shared_ptr<Alarm> alarm = alarms_.make_alarm();
      held_.push_back(alarm);
      co_await alarm->wait(std::chrono::hours(1000));
    }
    --under_way;
    if (one_) {
      const Outcome only = *std::exchange(one_, std::nullopt);
      co_return only;
    }
    const Outcome outcome = answers.front();
    if (answers.size() > 1) answers.pop_front();
    co_return outcome;
  }

  AlarmFactory& alarms_;
  Journal& journal_;
  std::vector<std::shared_ptr<Alarm>> held_;
  std::optional<Outcome> one_;
};

struct FakeMeter final : load::Meter {
  [[nodiscard]] load::Load level() const override { return now; }
  load::Load now = load::Load::idle;
};

class RunnerTest : public testing::Test {
 protected:
  explicit RunnerTest(const std::vector<config::ProviderConfig>& providers = {processor("a")})
      : book_(providers, 100, 100, clock_) {
    settings_.plan = &kOneLegPlan;
    settings_.concurrency = 4;
  }

  Runner::Parts parts() {
    return {.database = database_,
            .book = book_,
            .find_provider = [this](ProviderKind, std::string_view) -> providers::LegProvider* {
              return configured_ ? &provider_ : nullptr;
            },
            .alarms = alarms_,
            .ids = ids_,
            .clock = clock_,
            .load = load_,
            .executor = loop_.get_executor()};
  }

  Runner& start() {
    runner_ = std::make_unique<Runner>(parts(), settings_);
    runner_->start();
    return *runner_;
  }

  void add(std::uint8_t number) {
    store_.rows.insert_or_assign(id_of(number),
                                 FakeSagas::Row{.saga = new_saga(kOneLegPlan, id_of(number))});
  }
  /// As a store has it that was given a first step.
  void row_of(const FirstStep& first, Timestamp stored_at) {
    store_.rows.insert_or_assign(
        first.step.saga.id, FakeSagas::Row{.saga = saga_begun(first.step, {stored_at, kFirstEpoch}),
                                           .due = clock_.monotonic() + first.lease});
  }
  /// One whose choice is left to its owner: a provider has refused it for good already.
  void add_refused(std::uint8_t number) {
    add(number);
    row(number).saga.legs[0].refused_by = {"gone"};
  }
  void add_polling(std::uint8_t number) {
    add(number);
    Leg& leg = row(number).saga.legs[0];
    leg.provider = "a";
    leg.state = LegState::polling;
  }
  FakeSagas::Row& row(std::uint8_t number = 1) { return store_.rows.at(id_of(number)); }
  [[nodiscard]] std::int64_t count(const std::string& entry) const {
    return std::ranges::count(journal_, entry);
  }

  /// Everything that can happen without time passing.
  void settle() {
    if (loop_.stopped()) loop_.restart();
    loop_.poll();
  }
  void pass(Duration by) {
    alarms_.advance(by);
    settle();
  }
  void begin_stop(bool& stopped) {
    runner_->stop();
    boost::asio::co_spawn(loop_, runner_->ended(seconds(5)),
                          [&stopped](std::exception_ptr, bool) { stopped = true; });
  }
  void stop(Duration timeout = seconds(5)) {
    runner_->stop();
    test::run(loop_, runner_->ended(timeout));
  }

  static config::ProviderConfig processor(std::string name) {
    config::ProviderConfig provider;
    provider.kind = ProviderKind::processor;
    provider.name = std::move(name);
    provider.timeout = seconds(3);
    return provider;
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{kStart};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  Journal journal_;
  test::FakeDatabase database_{loop_.get_executor()};
  FakeSagas store_{database_, clock_, journal_};
  ScriptedProvider provider_{alarms_, journal_};
  routing::ProviderBook book_;
  SeededUuidSource ids_{1};
  Runner::Settings settings_;
  bool configured_ = true;
  FakeMeter load_;
  std::unique_ptr<Runner> runner_;
};

}  // namespace remit::engine
