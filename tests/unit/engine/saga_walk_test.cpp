// Thousands of random lives of a saga against providers that lose, delay, refuse and fail. What is
// checked after each step is what the product promises: see `Walk::check_step` and `check_end`.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "remit/engine/saga_machine.hpp"
#include "saga_fixture.hpp"

namespace remit::engine {
namespace {

enum class Effect { none, pending, settled, failed };

/// What one provider has for one operation.
struct Record {
  std::size_t leg = 0;
  Effect effect = Effect::none;
  Timestamp live_until;  ///< an unanswered submission may still take effect until then
  bool arrives = false;  ///< … and will, at live_until
};

class Walk {
 public:
  Walk(const SagaPlan& plan, std::uint64_t seed)
      : random_(seed), ids_(seed), saga_(new_saga(plan)) {
    policy_.max_attempts = 4;
    policy_.settlement_deadline = minutes(5);
  }

  void run() {
    // Bounded life: after a while the world is kind, so that every saga can end.
    for (int step = 0; step < 3'000 && !over_; ++step) {
      kind_ = step > 200;
      advance();
      if (testing::Test::HasFatalFailure()) return;
    }
    ASSERT_TRUE(over_) << "never ended: " << saga_.status;
    check_end();
  }

 private:
  bool chance(int percent) {
    return std::uniform_int_distribution<int>(0, 99)(random_) < (kind_ ? percent / 10 : percent);
  }
  bool coin() { return std::uniform_int_distribution<int>(0, 1)(random_) == 1; }

  StepContext context() {
    return {.now = now_,
            .late_effect_window = kGrace,
            .jitter_permille = 1000,
            .fresh_id = ids_.next()};
  }

  void advance() {
    if (over_ || next_action(saga_) == Action::stop) {
      person();
      return;
    }
    if (saga_.status == kPending && chance(1)) {
      Result<Step> cancelled = cancel(saga_, now_);
      if (cancelled) save(std::move(*cancelled));
      return;
    }
    std::optional<Step> step;
    switch (next_action(held_ ? saga_ : saga_ = take_over(saga_, context()))) {
      case Action::choose:
        step = choose();
        break;
      case Action::submit:
        step = on_submitted(saga_, submit(), context(), policy_);
        break;
      case Action::query:
        step = on_queried(saga_, query(), context(), policy_);
        break;
      case Action::settle:
        step = on_settled_here(saga_, context());
        break;
      case Action::stop:
        return;
    }
    held_ = true;
    if (chance(8)) {  // its owner dies before the step is saved; the lease has to end
      held_ = false;
      now_ += seconds(30);
      return;
    }
    save(*std::move(step));
  }

  /// What a person may do to a saga that does not go on by itself.
  void person() {
    const bool again = kind_ || coin();
    if (!saga_.parked_reason.empty() || (saga_.status == kFailed && again && !retried_)) {
      retried_ = true;
      Result<Step> step = retry(saga_, ids_.next(), now_);
      if (step) {
        // A new operation may be made only when the old one surely had no effect.
        save(std::move(*step));
        return;
      }
    }
    over_ = is_final(saga_.status);
  }

  std::vector<std::string> providers() const {
    return current_leg_index(saga_) == 0 ? std::vector<std::string>{"a", "b", "c"}
                                         : std::vector<std::string>{"x", "y"};
  }

  Step choose() {
    const std::size_t index = current_leg_index(saga_);
    const Leg& leg = saga_.legs[index];
    if (plan_of_leg(saga_, index).made_by == MadeBy::same) {
      return on_chosen(saga_, chosen(leg.provider), std::nullopt, context(), policy_);
    }
    routing::Choice choice;
    for (const bool avoiding : {true, false}) {
      choice = {};
      for (const std::string& provider : providers()) {
        const bool refused = std::ranges::count(leg.refused_by, provider) > 0;
        const bool avoided = avoiding && provider == leg.avoid;
        const bool away = chance(20);
        if (!refused && !avoided && !away && !choice.provider) choice.provider = provider;
        choice.reasons.push_back({provider, refused ? "excluded" : "away", std::nullopt});
      }
      if (choice.provider) break;
    }
    choice.retry_after = milliseconds(200);
    return on_chosen(saga_, choice, Money{3, Currency::USD}, context(), policy_);
  }

  using BookKey = std::pair<std::string, Uuid>;

  Record& record() {
    const Leg& leg = *current_leg(saga_);
    Record& found = book_[{leg.provider, leg.operation_id}];
    found.leg = current_leg_index(saga_);
    if (found.arrives && found.live_until <= now_ && found.effect == Effect::none) {
      found.effect = coin() ? Effect::settled : Effect::pending;
    }
    return found;
  }

  /// The heart: the provider that is submitted to now must be the only one that may have the money.
  void check_exclusive() {
    const Leg& leg = *current_leg(saga_);
    const std::size_t index = current_leg_index(saga_);
    for (const auto& [key, other] : book_) {
      if (other.leg != index || key == BookKey(leg.provider, leg.operation_id)) continue;
      const bool may_arrive = other.arrives && other.live_until > now_;
      const bool live = other.live_until > now_ || may_arrive;
      ASSERT_FALSE(live) << "still under way at " << key.first << ", sent to " << leg.provider;
      ASSERT_NE(other.effect, Effect::pending) << key.first;
      ASSERT_NE(other.effect, Effect::settled) << key.first;
      ASSERT_FALSE(other.arrives && other.effect == Effect::none) << key.first;
    }
  }

  Outcome submit() {
    check_exclusive();
    Record& mine = record();
    if (mine.effect != Effect::none) return answer(mine);
    if (chance(10)) return not_attempted();
    if (chance(15)) return coin() ? passing() : rejected();
    if (chance(10)) return answered_5xx();
    const bool lost = chance(30);
    if (lost && coin()) {
      // Under way for a while yet; comes to something or to nothing.
      mine.live_until = now_ + kGrace * std::uniform_int_distribution<int>(1, 100)(random_) / 100;
      mine.arrives = coin();
      return unanswered();
    }
    mine.effect = chance(15) ? Effect::failed : coin() ? Effect::pending : Effect::settled;
    if (lost) return coin() ? unanswered() : answered_5xx();
    return answer(mine);
  }

  Outcome query() {
    Record& mine = record();
    if (chance(20)) return coin() ? unanswered() : rejected();
    if (mine.effect == Effect::none) return outcome(Status::not_found);
    if (mine.effect == Effect::pending && coin()) {
      mine.effect = chance(20) ? Effect::failed : Effect::settled;
    }
    return answer(mine);
  }

  static Outcome answer(const Record& mine) {
    Outcome result = mine.effect == Effect::settled  ? settled()
                     : mine.effect == Effect::failed ? outcome(Status::failed, "failed")
                                                     : pending();
    result.reference = "leg" + std::to_string(mine.leg);
    return result;
  }

  void save(Step step) {
    check_step(step);
    for (const ledger::Posting& posting : step.postings) {
      sums_[{posting.debit_account, posting.amount.currency}] += posting.amount.minor;
      sums_[{posting.credit_account, posting.amount.currency}] -= posting.amount.minor;
    }
    if (!step.postings.empty()) ++posted_;
    now_ += milliseconds(1) + step.rest.value_or(Duration{0});
    held_ = !step.rest && !step.ended;
    saga_ = std::move(step.saga);
    ++saga_.version;
  }

  void check_step(const Step& step) const {
    std::string status = saga_.status;
    for (const Transition& transition : step.transitions) {
      ASSERT_EQ(transition.from, status);
      ASSERT_NE(transition.from, transition.to);
      ASSERT_TRUE(!is_final(status) || transition.to == kPending);
      status = transition.to;
    }
    ASSERT_EQ(step.saga.status, status) << "a change without a history";
    std::size_t settled_before = 0;
    std::size_t settled_after = 0;
    for (const Leg& leg : saga_.legs) settled_before += leg.state == LegState::settled;
    for (const Leg& leg : step.saga.legs) settled_after += leg.state == LegState::settled;
    ASSERT_EQ(!step.postings.empty(), settled_after == settled_before + 1);
    ASSERT_LE(settled_after, settled_before + 1);
    ASSERT_FALSE(step.ended && step.rest);
    ASSERT_EQ(is_final(step.saga.status), step.saga.processed_at.has_value());
    ASSERT_TRUE(step.saga.parked_reason.empty() || !is_final(step.saga.status));
    if (is_final(step.saga.status)) {
      ASSERT_EQ(next_action(step.saga), Action::stop);
    }
  }

  void check_end() {
    std::map<std::size_t, int> settled_effects;
    for (const auto& [key, record] : book_) {
      if (record.effect == Effect::settled) ++settled_effects[record.leg];
      ASSERT_NE(record.effect, Effect::pending) << "left behind at " << key.first;
    }
    for (const auto& [leg, effects] : settled_effects) ASSERT_EQ(effects, 1) << "leg " << leg;
    const std::size_t planned = saga_.plan->legs.size();
    if (saga_.status == kCompleted) {
      ASSERT_EQ(settled_effects.size(), planned);
      ASSERT_EQ(posted_, planned);
      ASSERT_EQ(saga_.error_code, "");
    } else if (saga_.error_code == "COMPENSATED") {
      ASSERT_EQ(settled_effects.size(), planned) << "the first legs and the refund";
      for (const auto& [account, sum] : sums_) ASSERT_EQ(sum, 0) << account.first;
    } else {
      ASSERT_TRUE(settled_effects.empty()) << saga_.status;
      ASSERT_EQ(posted_, 0U);
    }
  }

  std::mt19937_64 random_;
  SeededUuidSource ids_;
  Policy policy_;
  Saga saga_;
  Timestamp now_ = kStart;
  std::map<BookKey, Record> book_;
  std::map<std::pair<std::string, Currency>, std::int64_t> sums_;
  std::size_t posted_ = 0;
  bool held_ = true;
  bool kind_ = false;
  bool retried_ = false;
  bool over_ = false;
};

TEST(SagaWalk, OneLegMovesMoneyOnceWhateverTheProvidersDo) {
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    SCOPED_TRACE(seed);
    Walk(kOneLegPlan, seed).run();
    if (HasFatalFailure()) return;
  }
}

TEST(SagaWalk, TwoLegsMoveMoneyOnceOrGiveItBack) {
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    SCOPED_TRACE(seed);
    Walk(kTwoLegPlan, seed).run();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace remit::engine
