#include "command_queues.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::storage {
namespace {

using std::chrono::milliseconds;
using Instant = CommandQueues::Instant;

constexpr Instant kStart{std::chrono::hours(1)};

/// Its operation is a letter: capitals are requests, others work in the background, and "l" lingers
/// for ten milliseconds.
class Letter final : public detail::Command {
 public:
  Letter(char letter, Instant queued) : letter_(letter) { queued_at = queued; }

  [[nodiscard]] const void* kind() const override { return &kLetters[static_cast<int>(letter_)]; }
  [[nodiscard]] OperationTraits traits() const override {
    return {.one_statement = false,
            .background = letter_ >= 'a',
            .linger = milliseconds(letter_ == 'l' ? 10 : 0)};
  }
  [[nodiscard]] std::unique_ptr<detail::Group> make_group() const override { return nullptr; }
  void refuse(const Problem&) override {}
  void resume() override {}
  [[nodiscard]] char letter() const { return letter_; }

 private:
  static constexpr char kLetters[128] = {};
  char letter_;
};

class CommandQueuesTest : public testing::Test {
 protected:
  void push(const std::string& letters, Instant at = kStart) {
    for (const char letter : letters) queues_.push(std::make_unique<Letter>(letter, at));
  }

  /// The letters taken, all of one lane.
  std::string take(Instant now = kStart, std::size_t max = 100) {
    CommandQueues::Taken taken = queues_.take(max, now);
    std::string letters;
    while (const auto command = taken.commands.pop()) {
      letters += static_cast<const Letter&>(*command).letter();
    }
    if (!letters.empty()) batches_.push_back(taken.origin);
    return letters;
  }
  void finish_first(Instant now = kStart) {
    queues_.done(batches_.front(), now);
    queues_.delivered(batches_.front(), now);
    batches_.erase(batches_.begin());
  }

  /// Three seconds of batches of so many requests, one after the other; as many wait at kStart.
  void saturate(std::size_t present) {
    constexpr milliseconds kEach(5);
    Instant now = kStart - 600 * kEach;
    push(std::string(present, 'A'), now);
    while (now < kStart) {
      const std::string batch = take(now);
      now += kEach;
      finish_first(now);
      push(batch, now);
    }
  }

  [[nodiscard]] bool is_saturated() const { return queues_.level() == load::Load::saturated; }

  CommandQueues queues_;
  std::vector<CommandQueues::Origin> batches_;
};

TEST_F(CommandQueuesTest, ABatchIsOfOneOperationAndOfNoMoreThanIsAllowed) {
  push("ABAABB");
  EXPECT_EQ(queues_.size(), 6U);
  EXPECT_EQ(take(kStart, 2), "AA");
  EXPECT_EQ(take(), "A");
  EXPECT_EQ(take(), "BBB");
  EXPECT_TRUE(queues_.empty());
  EXPECT_EQ(take(), "");
  EXPECT_FALSE(queues_.ready_at());
}

TEST_F(CommandQueuesTest, AmongEqualsTheOneThatWaitsLongestIsFirst) {
  push("B", kStart + milliseconds(1));
  push("A", kStart);
  EXPECT_EQ(queues_.oldest(), kStart);
  EXPECT_EQ(take(kStart + milliseconds(1)), "A");
}

TEST_F(CommandQueuesTest, WithOneLaneRequestsAndBackgroundTakeTurns) {
  push("AAAAaaaa");
  std::string order;
  for (int i = 0; i < 6; ++i) {
    order += take(kStart, 1);
    finish_first();
  }
  EXPECT_EQ(order, "AaAaAa");
}

TEST_F(CommandQueuesTest, WithTwoLanesOneIsForEach) {
  push("a");
  EXPECT_EQ(take(), "a");
  push("aA");
  EXPECT_EQ(take(), "A") << "the other lane is in the background already";
  finish_first();
  push("A");
  EXPECT_EQ(take(), "a") << "and now nobody is";
}

TEST_F(CommandQueuesTest, BackgroundWorkLingersForOthersButNotForEver) {
  push("l");
  EXPECT_EQ(take(), "");
  EXPECT_EQ(queues_.ready_at(), kStart + milliseconds(10));
  EXPECT_EQ(take(kStart + milliseconds(9)), "");
  push("l", kStart + milliseconds(9));
  EXPECT_EQ(take(kStart + milliseconds(10)), "ll");
  finish_first();
  push(std::string(CommandQueues::kLingerBatchSize, 'l'));
  EXPECT_EQ(take(), std::string(CommandQueues::kLingerBatchSize, 'l')) << "enough of them";
}

TEST_F(CommandQueuesTest, TakesHalfOfTheRequestsAtATime) {
  push(std::string(300, 'A'));
  EXPECT_EQ(take(kStart, 512).size(), 150U);
  EXPECT_EQ(take(kStart, 30).size(), 30U) << "no more than is allowed";
  EXPECT_EQ(queues_.take_all().size(), 120U);
  push(std::string(CommandQueues::kMinBatch + 1, 'B'));
  EXPECT_EQ(take(kStart, 512).size(), CommandQueues::kMinBatch) << "no less";
}

TEST_F(CommandQueuesTest, AFewBehindALargeBatchWaitUntilTheyAreAsMany) {
  const std::string many(CommandQueues::kLargeBatch, 'A');
  push(many);
  EXPECT_EQ(take(), many);
  push(many.substr(1));
  EXPECT_EQ(take(), "");
  push("A");
  EXPECT_EQ(take(), many) << "as many as are under way";
  finish_first();
  finish_first();
  push("A");
  EXPECT_EQ(take(), "A") << "nothing is under way";
}

TEST_F(CommandQueuesTest, DoesNotLingerBehindASmallBatch) {
  push(std::string(CommandQueues::kLargeBatch - 1, 'A'));
  EXPECT_EQ(take().size(), CommandQueues::kLargeBatch - 1);
  push("A");
  EXPECT_EQ(take(), "A");
}

TEST_F(CommandQueuesTest, WaitsBehindABatchThatIsHeldUpForAMomentOnly) {
  push(std::string(CommandQueues::kLargeBatch, 'A'));
  EXPECT_EQ(take().size(), CommandQueues::kLargeBatch);
  push("A");
  EXPECT_EQ(queues_.ready_at(), kStart + CommandQueues::kSmallBatchWait);
  EXPECT_EQ(take(kStart + CommandQueues::kSmallBatchWait), "A");
}

TEST_F(CommandQueuesTest, WhileSaturatedBackgroundWorkPausesAfterEachBatch) {
  queues_.observe({.clients = 20});
  saturate(20);
  EXPECT_TRUE(is_saturated());
  push("aa");
  EXPECT_EQ(take(kStart, 1), "a");
  finish_first(kStart + milliseconds(2));
  EXPECT_EQ(take(kStart + milliseconds(2)).size(), 20U);
  EXPECT_EQ(take(kStart + milliseconds(15)), "") << "seven times as long as the batch took";
  EXPECT_EQ(queues_.ready_at(), kStart + milliseconds(16));
  EXPECT_EQ(take(kStart + milliseconds(16)), "a");
}

TEST_F(CommandQueuesTest, BackgroundWorkNeverPausesForLong) {
  queues_.observe({.clients = 20});
  saturate(20);
  push("a");
  EXPECT_EQ(take(), "a");
  const Instant done = kStart + std::chrono::seconds(1);
  finish_first(done);
  push("a", done);
  EXPECT_EQ(take(done).size(), 20U);
  EXPECT_EQ(take(done), "");
  EXPECT_EQ(take(done + load::SaturationGauge::kMaxBackgroundPause), "a");
}

TEST_F(CommandQueuesTest, BackgroundWorkDoesNotSaturate) {
  queues_.observe({.clients = 20});
  push(std::string(100, 'l'), kStart - std::chrono::hours(1));
  saturate(10);
  EXPECT_FALSE(is_saturated());
}

TEST_F(CommandQueuesTest, ExpiredCommandsDoNotSaturate) {
  queues_.observe({.clients = 20});
  const Instant early = kStart - std::chrono::hours(1);
  push(std::string(100, 'A'), early);
  EXPECT_EQ(queues_.take_expired(early).size(), 100U);
  saturate(10);
  EXPECT_FALSE(is_saturated());
}

TEST_F(CommandQueuesTest, ResponsesThatWaitForTheLoopCountTwice) {
  queues_.observe({.clients = 40});
  constexpr milliseconds kEach(5);
  Instant now = kStart - 600 * kEach;
  push(std::string(10, 'A'), now);
  for (; now < kStart; now += kEach) {
    const std::string batch = take(now);
    queues_.done(batches_.back(), now);
    if (batches_.size() > 1) {
      queues_.delivered(batches_.front(), now);
      batches_.erase(batches_.begin());
    }
    push(batch, now);
  }
  EXPECT_TRUE(is_saturated());
}

TEST_F(CommandQueuesTest, TheNumberOfClientsDecidesWhatSaturationIs) {
  queues_.observe({.clients = 40});
  saturate(20);
  EXPECT_FALSE(is_saturated());
  queues_.observe({.clients = 30});
  EXPECT_TRUE(is_saturated());
  queues_.observe({.clients = 0});
  EXPECT_FALSE(is_saturated()) << "it has left";
}

TEST_F(CommandQueuesTest, DoesNotPauseForRequestsThatAreGone) {
  saturate(20);
  take();
  finish_first();
  push("aa");
  EXPECT_EQ(take(kStart, 1), "a");
  finish_first(kStart + milliseconds(2));
  EXPECT_EQ(take(kStart + milliseconds(2)), "a");
}

TEST_F(CommandQueuesTest, TakesExpiredCommandsOutOfEveryQueue) {
  push("Al", kStart);
  push("A", kStart + milliseconds(5));
  EXPECT_EQ(queues_.take_expired(kStart + milliseconds(4)).size(), 2U);
  EXPECT_EQ(queues_.size(), 1U);
  EXPECT_EQ(queues_.take_all().size(), 1U);
  EXPECT_TRUE(queues_.empty());
}

}  // namespace
}  // namespace remit::storage
