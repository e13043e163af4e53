#include "remit/webhooks/line.hpp"

#include <gtest/gtest.h>

namespace remit::webhooks {
namespace {

using namespace std::chrono_literals;

/// Begins and ends one attempt.
void attempt(Line& line, bool is_delivered, Duration now = 0s) {
  line.on_claimed(1);
  line.on_begun(now);
  line.on_ended(is_delivered);
  line.on_settled();
}

TEST(Line, AnEndpointThatIsNotKnownYetIsSentOneAtATime) {
  Line line;
  EXPECT_EQ(line.room(0s), 1);
  EXPECT_TRUE(line.has_slot());
  line.on_claimed(1);
  line.on_begun(0s);
  EXPECT_FALSE(line.has_slot());
  EXPECT_EQ(line.room(0s), 0);
}

TEST(Line, AfterASuccessAllSlotsAreThere) {
  Line line;
  attempt(line, true);
  EXPECT_TRUE(line.is_proven());
  EXPECT_EQ(line.room(0s), Line::kClaimed);
  for (int i = 0; i < Line::kSlots; ++i) {
    ASSERT_TRUE(line.has_slot());
    line.on_begun(0s);
  }
  EXPECT_FALSE(line.has_slot());
}

TEST(Line, AFailureLeavesOneSlotUntilASuccess) {
  Line line;
  attempt(line, true);
  attempt(line, false);
  EXPECT_FALSE(line.is_proven());
  EXPECT_EQ(line.room(0s), 1);
  attempt(line, false);
  EXPECT_EQ(line.room(0s), 1);
  attempt(line, true);
  EXPECT_EQ(line.room(0s), Line::kClaimed);
}

TEST(Line, AfterAFailureTheOthersInFlightEndFirst) {
  Line line;
  attempt(line, true);
  for (int i = 0; i < 3; ++i) line.on_begun(0s);
  line.on_ended(false);
  EXPECT_FALSE(line.has_slot());
  EXPECT_EQ(line.room(0s), 0);
  line.on_ended(false);
  EXPECT_FALSE(line.has_slot());
  line.on_ended(false);
  EXPECT_TRUE(line.has_slot());
}

TEST(Line, UnsavedAttemptsBoundWhatIsClaimed) {
  Line line;
  attempt(line, true);
  line.on_claimed(Line::kMostInHand - 3);
  EXPECT_EQ(line.room(0s), 3);
  line.on_claimed(3);
  EXPECT_EQ(line.room(0s), 0);
}

TEST(Line, ALimitSpreadsAttemptsEvenly) {
  Line line;
  line.limit(4, 1);
  attempt(line, true, 10s);
  EXPECT_EQ(line.room(10s), 0);
  EXPECT_EQ(line.pause(10s), 200ms) << "what was saved up makes the first pause shorter";
  EXPECT_EQ(line.room(10s + 200ms), 1);
  attempt(line, true, 10s + 200ms);
  EXPECT_EQ(line.pause(10s + 200ms), 250ms);
}

TEST(Line, InNoSecondTheLimitIsExceededByMoreThanWhatIsSavedUp) {
  Line line;
  line.limit(100, 1);
  attempt(line, true, 0s);
  int begun = 0;
  for (Duration now = 100s; now < 101s; now += 1ms) {
    for (std::int64_t room = line.room(now); room > 0; --room) {
      attempt(line, true, now);
      ++begun;
    }
  }
  EXPECT_GE(begun, 99);
  EXPECT_LE(begun, 100 + 6);
}

TEST(Line, EachInstanceSendsAnEvenPart) {
  Line line;
  line.limit(2, 4);
  attempt(line, true, 10s);
  attempt(line, true, 12s);
  EXPECT_EQ(line.pause(12s), 2s - Line::kSavedUp);
}

TEST(Line, ALimitMayEnd) {
  Line line;
  line.limit(1, 1);
  attempt(line, true, 10s);
  EXPECT_GT(line.pause(10s), 0s);
  line.limit(0, 1);
  EXPECT_EQ(line.pause(10s), 0s);
  EXPECT_EQ(line.room(10s), Line::kClaimed);
}

}  // namespace
}  // namespace remit::webhooks
