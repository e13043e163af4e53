#include "remit/routing/health_monitor.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"

namespace remit::routing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The board as the database keeps it, on the test's clock.
class FakeHealthBoard {
 public:
  FakeHealthBoard(test::FakeDatabase& database, const Clock& clock) : clock_(clock) {
    database.on<ClaimHealthSlots>(
        [this](const ClaimHealthSlots::Input& input) { return claim(input); });
    database.on<StoreHealth>([this](const StoreHealth::Input& input) { return store(input); });
    database.on<ReturnHealthSlot>(
        [this](const ReturnHealthSlot::Input& input) { return take_back(input); });
    database.on<ReadHealth>([this](const ReadHealth::Input&) { return read_all(); });
  }

  Result<std::vector<HealthSlot>> claim(const ClaimHealthSlots::Input& input) {
    if (is_down) return fail(kUnavailable, "no database");
    if (on_claim) on_claim();
    std::vector<HealthSlot> claimed;
    for (const HealthSlot& slot : input.slots) {
      Duration& next = next_[slot.name];
      if (next > clock_.monotonic()) continue;
      next = clock_.monotonic() + slot.interval + kClaimMargin;
      checker_[slot.name] = input.checker;
      claimed.push_back(slot);
    }
    return claimed;
  }
  Result<void> store(const StoreHealth::Input& input) {
    if (is_down || report_is_lost) return fail(kUnavailable, "no database");
    if (checker_[input.entry.name] == input.checker) entries_[input.entry.name] = input.entry;
    return {};
  }
  Result<void> take_back(const ReturnHealthSlot::Input& input) {
    if (is_down) return fail(kUnavailable, "no database");
    const std::string& name = input.slot.name;
    if (checker_[name] == input.checker && !input.was_asked) next_[name] = clock_.monotonic();
    checker_.erase(name);
    return {};
  }
  Task<Result<std::vector<BoardEntry>>> read_all() {
    if (is_down) co_return fail(kUnavailable, "no database");
    const bool waits = held_.has_value();
    std::vector<BoardEntry> all;
    for (const auto& [name, entry] : held_.value_or(entries_)) all.push_back(entry);
    if (waits) co_await until_->wait(std::chrono::hours(1));
    co_return all;
  }

  [[nodiscard]] bool has(const std::string& name) const { return entries_.contains(name); }

  bool is_down = false;
  std::function<void()> on_claim;
  bool report_is_lost = false;

  /// What is read from now on is what is there now, and arrives when `until` rings.
  void hold_reading(std::unique_ptr<Alarm> until) {
    held_ = entries_;
    until_ = std::move(until);
  }
  void let_read() {
    until_->ring();
    held_.reset();
  }

 private:
  const Clock& clock_;
  std::map<std::string, Duration> next_;
  std::map<std::string, Uuid> checker_;
  std::map<std::string, BoardEntry> entries_;
  std::optional<std::map<std::string, BoardEntry>> held_;
  std::unique_ptr<Alarm> until_;
};

/// The world that probes reach.
struct World {
  HealthAnswer health = report();
  Result<FeeSchedule> fee = FeeSchedule{100'000'000, 0};
  std::map<std::string, int> health_asked;
  std::map<std::string, int> fees_asked;

  static HealthAnswer report(bool failing = false, std::int64_t min_response_ms = 0) {
    return {.kind = HealthAnswer::Kind::report, .report = {failing, min_response_ms}};
  }
  static HealthAnswer no_report(HealthAnswer::Kind kind, bool was_sent = false) {
    return {.kind = kind, .was_sent = was_sent};
  }

  Task<HealthAnswer> ask_health(std::string name) {
    ++health_asked[name];
    co_return health;
  }
  Task<Result<FeeSchedule>> ask_fee(std::string name) {
    ++fees_asked[name];
    co_return fee;
  }
};

config::ProviderConfig provider(ProviderKind kind, std::string name) {
  config::ProviderConfig made;
  made.kind = kind;
  made.name = std::move(name);
  return made;
}

class HealthMonitorTest : public testing::Test {
 protected:
  /// An instance of the service: its own book and monitor over the shared board.
  struct Instance {
    Instance(HealthMonitorTest& test, World& world)
        : book(test.providers_, 10, 10, test.clock_),
          monitor(std::make_shared<HealthMonitor>(
              jobs::Context{test.context_.get_executor(), test.alarms_, test.clock_},
              test.providers_, test.parts_of(book, world))) {
      monitor->start();
    }
    ProviderBook book;
    std::shared_ptr<HealthMonitor> monitor;
  };

  ~HealthMonitorTest() override {
    for (const auto& instance : instances_) instance->monitor->job().stop();
    test::run_until(context_, [this] {
      return std::ranges::all_of(instances_,
                                 [](const auto& one) { return one->monitor->job().has_ended(); });
    });
  }

  HealthMonitor::Parts parts_of(ProviderBook& book, World& reached) {
    World* const world = &reached;
    return {
        .book = book,
        .database = database_,
        .health_probe = [world](ProviderKind,
                                std::string name) { return world->ask_health(std::move(name)); },
        .fee_probe = [world](ProviderKind,
                             std::string name) { return world->ask_fee(std::move(name)); },
        .instance_id = ids_.next()};
  }
  Instance& start_instance() { return start_instance_in(world_); }
  /// One that reaches the providers as `world` has them.
  Instance& start_instance_in(World& world) {
    instances_.push_back(std::make_unique<Instance>(*this, world));
    settle();
    return *instances_.back();
  }
  /// Until everything that can happen now has happened.
  void settle() {
    if (context_.stopped()) context_.restart();
    while (context_.poll() > 0) {
    }
  }
  void pass_seconds(int count) {
    for (int i = 0; i < count; ++i) {
      alarms_.advance(seconds(1));
      settle();
    }
  }

  boost::asio::io_context context_;
  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  test::ManualAlarms alarms_{context_.get_executor(), clock_};
  std::vector<config::ProviderConfig> providers_{provider(ProviderKind::processor, "pay"),
                                                 provider(ProviderKind::onramp, "in"),
                                                 provider(ProviderKind::rates, "fx")};
  SeededUuidSource ids_{1};
  test::FakeDatabase database_{context_.get_executor()};
  FakeHealthBoard board_{database_, clock_};
  World world_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

TEST_F(HealthMonitorTest, AsksEachProviderOncePerIntervalOverAllInstances) {
  start_instance();
  start_instance();
  EXPECT_EQ(world_.health_asked["pay"], 1);
  pass_seconds(5);
  EXPECT_EQ(world_.health_asked["pay"], 1) << "the interval and its margin have not passed";
  pass_seconds(1);
  EXPECT_EQ(world_.health_asked["pay"], 2);
  EXPECT_EQ(world_.health_asked["in"], 2);
  EXPECT_EQ(world_.health_asked.count("fx"), 0U);
}

TEST_F(HealthMonitorTest, EveryInstanceLearnsWhatOneWasTold) {
  world_.health = World::report(true, 70);
  start_instance();
  Instance& other = start_instance();
  pass_seconds(1);
  const auto health = other.book.status().at(0).health;
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->failing);
  EXPECT_EQ(health->min_response_ms, 70);
  EXPECT_FALSE(other.book.choose(ProviderKind::processor, {1, Currency::BRL}).provider);
}

TEST_F(HealthMonitorTest, AnUnreachableProviderIsNotReportedToOtherInstances) {
  World far_away;
  far_away.health = World::no_report(HealthAnswer::Kind::none);
  Instance& cut_off = start_instance_in(far_away);
  pass_seconds(3);
  EXPECT_FALSE(board_.has("pay"));
  EXPECT_FALSE(cut_off.book.status().at(0).health) << "not even to itself";
  EXPECT_EQ(cut_off.book.choose(ProviderKind::processor, {1, Currency::BRL}).provider, "pay");
}

TEST_F(HealthMonitorTest, AnUnreachableProviderIsLeftToAnotherInstance) {
  World far_away;
  far_away.health = World::no_report(HealthAnswer::Kind::none);
  Instance& cut_off = start_instance_in(far_away);
  EXPECT_EQ(far_away.health_asked["pay"], 1);
  world_.health = World::report(true, 70);
  Instance& other = start_instance();
  EXPECT_EQ(world_.health_asked["pay"], 1) << "at once, not after an interval";
  pass_seconds(1);
  EXPECT_TRUE(cut_off.book.status().at(0).health->failing) << "it learns from the other";
  EXPECT_TRUE(other.book.status().at(0).health->failing);
  pass_seconds(4);
  EXPECT_EQ(far_away.health_asked["pay"], 1) << "the others go first for an interval";
  pass_seconds(20);
  EXPECT_GE(far_away.health_asked["pay"], 2) << "and then it tries again";
}

TEST_F(HealthMonitorTest, AHangingHealthEndpointIsAskedOncePerIntervalByAllTogether) {
  world_.health = World::no_report(HealthAnswer::Kind::none, true);
  for (int i = 0; i < 4; ++i) start_instance();
  EXPECT_EQ(world_.health_asked["pay"], 1);
  pass_seconds(5);
  EXPECT_EQ(world_.health_asked["pay"], 1);
  pass_seconds(1);
  EXPECT_EQ(world_.health_asked["pay"], 2) << "by another";
  EXPECT_FALSE(board_.has("pay"));
}

TEST_F(HealthMonitorTest, ABoardThatWasReadBeforeAnOwnReportIsNotBelievedAfterIt) {
  Instance& instance = start_instance();
  pass_seconds(5);
  const auto is_failing = [&instance] { return instance.book.status().at(0).health->failing; };
  ASSERT_FALSE(is_failing());
  world_.health = World::report(true, 70);
  board_.hold_reading(alarms_.make_alarm());
  pass_seconds(1);
  EXPECT_EQ(world_.health_asked["pay"], 2);
  EXPECT_TRUE(is_failing());
  board_.let_read();
  settle();
  EXPECT_TRUE(is_failing()) << "what arrived now was read before";
}

TEST_F(HealthMonitorTest, AnUnpublishedReportOverridesAnOlderSharedOne) {
  world_.health = World::report(false);
  Instance& instance = start_instance();
  pass_seconds(6);
  const auto is_failing = [&instance] {
    const auto health = instance.book.status().at(0).health;
    return health && health->failing;
  };
  ASSERT_TRUE(board_.has("pay"));
  ASSERT_FALSE(is_failing());
  world_.health = World::report(true, 70);
  board_.report_is_lost = true;
  pass_seconds(6);
  EXPECT_TRUE(is_failing()) << "what it was told is newer than what the board has";
  pass_seconds(1);
  EXPECT_TRUE(is_failing());
}

TEST_F(HealthMonitorTest, TheBoardIsBelievedAgainWhenAReportThatCouldNotBeToldIsTooOld) {
  Instance& deaf = start_instance();
  board_.report_is_lost = true;
  world_.health = World::report(true, 70);
  pass_seconds(6);
  ASSERT_TRUE(deaf.book.status().at(0).health->failing);
  board_.report_is_lost = false;
  World others;
  start_instance_in(others);
  world_.health = World::no_report(HealthAnswer::Kind::none);
  pass_seconds(30);
  EXPECT_GT(others.health_asked["pay"], 0);
  EXPECT_FALSE(deaf.book.status().at(0).health->failing);
}

TEST_F(HealthMonitorTest, AnAnswerThatIsNoReportSaysNothing) {
  world_.health = World::report(true, 70);
  Instance& instance = start_instance();
  const auto choice = [&instance] {
    return instance.book.choose(ProviderKind::processor, {1, Currency::BRL});
  };
  ASSERT_FALSE(choice().provider);
  world_.health = World::no_report(HealthAnswer::Kind::unreadable);
  pass_seconds(10);
  EXPECT_EQ(world_.health_asked["pay"], 2) << "it was asked, and is not asked more often";
  EXPECT_FALSE(choice().provider) << "the last report stands for a while";
  pass_seconds(10);
  EXPECT_EQ(choice().provider, "pay") << "and is too old after three intervals";
}

TEST_F(HealthMonitorTest, BeingAskedTooOftenLeavesTheOldReport) {
  Instance& instance = start_instance();
  const auto before = instance.book.status().at(0).health;
  ASSERT_TRUE(before);
  world_.health = World::no_report(HealthAnswer::Kind::asked_too_often);
  pass_seconds(6);
  EXPECT_EQ(world_.health_asked["pay"], 2);
  EXPECT_EQ(instance.book.status().at(0).health->checked_at, before->checked_at);
}

TEST_F(HealthMonitorTest, ASlowClaimAsksNoProvider) {
  board_.on_claim = [this] { clock_.advance(milliseconds(300)); };
  start_instance();
  EXPECT_EQ(world_.health_asked["pay"], 0);
}

TEST_F(HealthMonitorTest, SurvivesADatabaseThatIsAway) {
  board_.is_down = true;
  Instance& instance = start_instance();
  pass_seconds(2);
  EXPECT_EQ(world_.health_asked["pay"], 0);
  board_.is_down = false;
  pass_seconds(2);
  EXPECT_EQ(world_.health_asked["pay"], 1);
  EXPECT_TRUE(instance.book.status().at(0).health);
}

TEST_F(HealthMonitorTest, ReadsRampFeesAtTheStartAndEveryMinute) {
  Instance& instance = start_instance();
  EXPECT_EQ(instance.book.fee(ProviderKind::onramp, "in").percent_scaled, 100'000'000);
  EXPECT_EQ(world_.fees_asked.count("pay"), 0U);
  world_.fee = FeeSchedule{200'000'000, 0};
  pass_seconds(59);
  EXPECT_EQ(world_.fees_asked["in"], 1);
  pass_seconds(1);
  EXPECT_EQ(world_.fees_asked["in"], 2);
  EXPECT_EQ(instance.book.fee(ProviderKind::onramp, "in").percent_scaled, 200'000'000);
}

TEST_F(HealthMonitorTest, FeesThatCannotBeReadAreAskedForSoonAgain) {
  world_.fee = fail(kUnavailable, "refused");
  Instance& instance = start_instance();
  EXPECT_EQ(instance.book.fee(ProviderKind::onramp, "in"), FeeSchedule{});
  world_.fee = FeeSchedule{300'000'000, 0};
  pass_seconds(5);
  EXPECT_EQ(instance.book.fee(ProviderKind::onramp, "in").percent_scaled, 300'000'000);
}

TEST_F(HealthMonitorTest, StopsWhileWaiting) {
  Instance& instance = start_instance();
  instance.monitor->job().stop();
  settle();
  EXPECT_TRUE(instance.monitor->job().has_ended());
}

}  // namespace
}  // namespace remit::routing
