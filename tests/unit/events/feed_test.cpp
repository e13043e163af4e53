#include "remit/events/feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <vector>

#include "remit/events/event_service.hpp"
#include "remit/outbox/event_operations.hpp"
#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::events {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Tenant kTenant{kFirstTenant};

/// What it was told: "3 payment.completed".
class Listener final : public Follower {
 public:
  void on_event(const outbox::Event& event, const EventText& text) override {
    told.push_back(std::to_string(event.sequence) + " " + event.type);
    texts.push_back(text);
  }
  std::vector<std::string> told;
  std::vector<EventText> texts;
};

using Told = std::vector<std::string>;

class FeedTest : public testing::Test {
 protected:
  FeedTest() {
    database_.on<outbox::FindLastEvents>([this](const outbox::FindLastEvents::Input& input) {
      ++asked_;
      EXPECT_EQ(input.tenants, std::vector{kTenant});
      return Result<std::map<TenantId, std::int64_t>>(last());
    });
    database_.on<outbox::ReadEvents>(
        [this](const outbox::ReadEvents::Input& input) -> Result<std::vector<outbox::Event>> {
          ++reads_;
          if (fails_) return fail(again_later(kUnavailable, "down"));
          std::vector<outbox::Event> found;
          for (const outbox::Event& event : events_) {
            if (event.sequence > input.after) found.push_back(event);
          }
          return found;
        });
    feed_.job().start();
    settle();
  }
  ~FeedTest() override {
    feed_.job().stop();
    alarms_.advance(hours(2));
    settle();
  }

  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }
  [[nodiscard]] std::map<TenantId, std::int64_t> last() const {
    const auto count = static_cast<std::int64_t>(events_.size());
    return count == 0 ? std::map<TenantId, std::int64_t>{}
                      : std::map<TenantId, std::int64_t>{{kFirstTenant, count}};
  }
  void add(const std::string& type, const std::string& resource = "/payments/1",
           const std::string& user = "") {
    outbox::Event event(kFirstTenant);
    event.sequence = static_cast<std::int64_t>(events_.size()) + 1;
    event.type = type;
    event.resource = resource;
    event.user = user;
    event.data = event.changes = "{}";
    events_.push_back(event);
  }
  /// And this process's sequencer says so.
  void number(const std::string& type, const std::string& resource = "/payments/1",
              const std::string& user = "") {
    add(type, resource, user);
    feed_.on_numbered(last());
    settle();
  }
  TenantFeedPointer enter() { return test::run(loop_, feed_.enter(kTenant)).value(); }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp{}};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  test::FakeDatabase database_{loop_.get_executor()};
  std::vector<outbox::Event> events_;
  int asked_ = 0;
  int reads_ = 0;
  bool fails_ = false;
  bool is_told_ = true;
  Feed feed_{{loop_.get_executor(), alarms_, clock_},
             {.database = database_, .is_told = [this] { return is_told_; }}};
};

TEST_F(FeedTest, AFollowerIsToldWhatComesAfterWhatItHasSeen) {
  add("a.old");
  Listener listener;
  Subscription one(enter(), {}, listener);
  EXPECT_EQ(one.others_are_at(), 1);
  one.follow(1);
  number("a.a");
  number("a.b");
  EXPECT_EQ(listener.told, (Told{"2 a.a", "3 a.b"}));
}

TEST_F(FeedTest, EventsThatAFollowerReadAheadAreNotToldAgain) {
  Listener listener;
  Subscription one(enter(), {}, listener);
  add("a.a");
  add("a.b");
  one.follow(1);
  number("a.c");
  EXPECT_EQ(listener.told, (Told{"2 a.b", "3 a.c"}));
}

TEST_F(FeedTest, AllShareOneReadAndOneText) {
  Listener first, second;
  Subscription one(enter(), {}, first);
  Subscription other(enter(), {}, second);
  one.follow(0);
  other.follow(0);
  number("a.a");
  EXPECT_EQ(reads_, 1);
  ASSERT_EQ(first.texts.size(), 1U);
  EXPECT_EQ(first.texts, second.texts);
}

TEST_F(FeedTest, EventsThatAFilterLeavesOutAreNotTold) {
  Listener by_type, by_resource, by_user;
  Subscription one(enter(), {.types = {"b.*"}, .resource = {}, .user = {}}, by_type);
  Subscription two(enter(), {.types = {}, .resource = "/payments/2", .user = {}}, by_resource);
  Subscription three(enter(), {.types = {}, .resource = {}, .user = "ada"}, by_user);
  for (Subscription* each : {&one, &two, &three}) each->follow(0);
  number("a.a");
  number("b.a", "/payments/2");
  number("a.b", "/payments/2", "ada");
  EXPECT_EQ(by_type.told, Told{"2 b.a"});
  EXPECT_EQ(by_resource.told, (Told{"2 b.a", "3 a.b"}));
  EXPECT_EQ(by_user.told, Told{"3 a.b"});
}

TEST_F(FeedTest, AfterItsEndAFollowerIsToldNothing) {
  Listener listener;
  {
    Subscription one(enter(), {}, listener);
    one.follow(0);
    EXPECT_EQ(feed_.followers(), 1);
  }
  EXPECT_EQ(feed_.followers(), 0);
  number("a.a");
  EXPECT_EQ(listener.told, Told{});
  EXPECT_EQ(reads_, 0);
}

TEST_F(FeedTest, AFailedReadIsTriedAgainAndNothingIsLeftOut) {
  Listener listener;
  Subscription one(enter(), {}, listener);
  one.follow(0);
  fails_ = true;
  number("a.a");
  number("a.b");
  EXPECT_EQ(listener.told, Told{});
  fails_ = false;
  alarms_.advance(seconds(1));
  settle();
  EXPECT_EQ(listener.told, (Told{"1 a.a", "2 a.b"}));
}

TEST_F(FeedTest, NumbersThatAreGivenElsewhereAreSeenSoon) {
  is_told_ = false;
  Listener listener;
  Subscription one(enter(), {}, listener);
  one.follow(0);
  settle();
  add("a.a");
  alarms_.advance(milliseconds(15));
  settle();
  EXPECT_EQ(listener.told, Told{"1 a.a"});
}

TEST_F(FeedTest, NothingIsAskedWhileNoneIsWatched) {
  alarms_.advance(seconds(10));
  settle();
  EXPECT_EQ(asked_, 0);
  {
    const TenantFeedPointer feed = enter();
  }
  alarms_.advance(seconds(1));
  settle();
  const int asked = asked_;
  for (int i = 0; i < 5; ++i) {
    alarms_.advance(seconds(1));
    settle();
  }
  EXPECT_EQ(asked_, asked);
}

TEST_F(FeedTest, OneThatWaitsGoesOnWithTheNextNumber) {
  add("a.a");
  EXPECT_TRUE(test::run(loop_, feed_.wait_beyond(kTenant, 0, seconds(30))).value());
  auto waited = std::make_shared<std::optional<Result<bool>>>();
  boost::asio::co_spawn(loop_, test::keep(feed_.wait_beyond(kTenant, 1, seconds(30)), waited),
                        boost::asio::detached);
  settle();
  EXPECT_FALSE(waited->has_value());
  number("a.b");
  ASSERT_TRUE(waited->has_value());
  EXPECT_TRUE((*waited)->value());
}

TEST_F(FeedTest, OneThatWaitsGoesOnWhenItsTimeIsOver) {
  auto waited = std::make_shared<std::optional<Result<bool>>>();
  boost::asio::co_spawn(loop_, test::keep(feed_.wait_beyond(kTenant, 0, seconds(30)), waited),
                        boost::asio::detached);
  settle();
  alarms_.advance(seconds(30));
  settle();
  ASSERT_TRUE(waited->has_value());
  EXPECT_FALSE((*waited)->value());
}

class EventServiceTest : public FeedTest {
 protected:
  Result<EventPage> list(std::optional<std::int64_t> after, Filter filter = {},
                         std::size_t limit = 20) {
    EventRequest request(kTenant);
    request.after = after;
    request.filter = std::move(filter);
    request.limit = limit;
    return test::run(loop_, service_.list(std::move(request)));
  }
  static Told shown(const EventPage& page) {
    Told shown;
    for (const outbox::Event& event : page.events) {
      shown.push_back(std::to_string(event.sequence) + " " + event.type);
    }
    return shown;
  }

  EventService service_{database_, feed_, clock_};
};

TEST_F(EventServiceTest, APageGoesOnWhereTheOneBeforeEnded) {
  for (const char* const type : {"a.a", "a.b", "a.c"}) add(type);
  const EventPage first = list(0, {}, 2).value();
  EXPECT_EQ(shown(first), (Told{"1 a.a", "2 a.b"}));
  EXPECT_EQ(first.seen, 2);
  EXPECT_TRUE(first.has_more);
  const EventPage second = list(first.seen, {}, 2).value();
  EXPECT_EQ(shown(second), Told{"3 a.c"});
  EXPECT_FALSE(second.has_more);
}

TEST_F(EventServiceTest, EventsThatAFilterLeavesOutHaveBeenLookedAt) {
  for (const char* const type : {"a.a", "b.a", "a.b"}) add(type);
  const EventPage page = list(0, {.types = {"b.*"}, .resource = {}, .user = {}}).value();
  EXPECT_EQ(shown(page), Told{"2 b.a"});
  EXPECT_EQ(page.seen, 3);
}

TEST_F(EventServiceTest, AGapMeansThatEventsWereRemoved) {
  for (const char* const type : {"a.a", "a.b", "a.c"}) add(type);
  events_.erase(events_.begin());
  const Result<EventPage> page = list(0);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, kSequenceExpired);
  EXPECT_THAT(page.error().detail, testing::HasSubstr("after=1"));
  EXPECT_EQ(shown(list(std::nullopt).value()), (Told{"2 a.b", "3 a.c"}));
}

}  // namespace
}  // namespace remit::events
