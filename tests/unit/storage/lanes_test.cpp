#include "remit/storage/lanes.hpp"

#include <algorithm>
#include <numeric>
#include <thread>

#include "lanes_fixture.hpp"
#include "remit/storage/examination.hpp"

namespace remit::storage {
namespace {

/// Asks again as soon as it has an answer, as long as it is wanted.
Task<void> keep_reading(Lanes& lanes, const bool& is_wanted) {
  while (is_wanted) {
    const auto found = co_await lanes.run<ReadNote>(1);
    EXPECT_TRUE(found.has_value());
  }
}

TEST_F(LanesTest, AnswersEachCommandWithItsOwnRow) {
  const auto lanes = make_lanes(settings());
  EXPECT_EQ(run<SaveNote>(*lanes, {1, "one"}), Result<bool>(true));
  EXPECT_EQ(run<SaveNote>(*lanes, {1, "again"}), Result<bool>(false));
  const auto found = begin<ReadNote>(*lanes, 1);
  const auto missing = begin<ReadNote>(*lanes, 2);
  run_until([&] { return *found && *missing; });
  EXPECT_EQ((*found)->value(), "one");
  EXPECT_EQ((*missing)->value(), std::nullopt);
}

TEST_F(LanesTest, SharesOneCommitAmongThoseWhoWait) {
  const auto lanes = make_lanes(settings());
  constexpr std::int64_t kCommands = 300;
  std::vector<std::shared_ptr<std::optional<Result<bool>>>> results;
  for (std::int64_t id = 0; id < kCommands; ++id) {
    results.push_back(begin<SaveNote>(*lanes, {id, "text"}));
  }
  run_until([&] {
    return std::ranges::all_of(results, [](const auto& each) { return each->has_value(); });
  });
  for (const auto& result : results) EXPECT_EQ(**result, Result<bool>(true));
  const int commits = std::stoi(session_.query("SELECT count(DISTINCT xmin::text) FROM note"));
  EXPECT_LE(commits, 10);
  EXPECT_EQ(lanes->statistics().transactions, commits);
  EXPECT_EQ(lanes->statistics().commands, kCommands);
}

TEST_F(LanesTest, TakesNoMoreThanABatchAtOnce) {
  LaneSettings small = settings();
  small.max_batch = 10;
  const auto lanes = make_lanes(small);
  std::vector<std::shared_ptr<std::optional<Result<bool>>>> results;
  for (std::int64_t id = 0; id < 35; ++id) results.push_back(begin<SaveNote>(*lanes, {id, "text"}));
  run_until([&] {
    return std::ranges::all_of(results, [](const auto& each) { return each->has_value(); });
  });
  const LaneStatistics statistics = lanes->statistics();
  EXPECT_GE(statistics.batches, 4);
  EXPECT_EQ(statistics.lanes, small.lanes);
  EXPECT_EQ(statistics.queue_limit, small.queue_limit);
  EXPECT_EQ(statistics.batch_sizes.sum(), 35);
  EXPECT_GT(statistics.batch_seconds.sum(), 0);
  const auto count = [](const Histogram& histogram) {
    return std::accumulate(histogram.counts().begin(), histogram.counts().end(), std::int64_t{0});
  };
  EXPECT_EQ(count(statistics.batch_sizes), statistics.batches);
  EXPECT_EQ(count(statistics.batch_seconds), statistics.batches);
}

TEST_F(LanesTest, TellsSaturationFromOneClientInAHurry) {
  constexpr int kMany = 32;
  const auto lanes = make_lanes(settings());
  lanes->observe({.clients = kMany});
  int done = 0;
  const auto begin_reading = [&](const bool& is_wanted) {
    boost::asio::co_spawn(loop_, keep_reading(*lanes, is_wanted), [&](std::exception_ptr error) {
      EXPECT_FALSE(error);
      ++done;
    });
  };
  bool are_many_wanted = true;
  bool is_one_wanted = true;
  begin_reading(is_one_wanted);
  for (int i = 1; i < kMany; ++i) begin_reading(are_many_wanted);
  run_until([&] { return lanes->level() == load::Load::saturated; });
  are_many_wanted = false;
  run_until([&] { return lanes->level() != load::Load::saturated; });
  is_one_wanted = false;
  run_until([&] { return done == kMany; });
}

TEST_F(LanesTest, SeparatesACommandThatFailsFromItsBatch) {
  LaneSettings one = settings();
  one.lanes = 1;
  const auto lanes = make_lanes(one);
  std::vector<std::shared_ptr<std::optional<Result<bool>>>> results;
  for (std::int64_t id = 0; id < 50; ++id) {
    const bool poisoned = id == 13 || id == 49;
    results.push_back(begin<SaveNote>(*lanes, {id, poisoned ? "poison" : "text"}));
  }
  const auto other = begin<ReadNote>(*lanes, 7);
  run_until([&] {
    return *other &&
           std::ranges::all_of(results, [](const auto& each) { return each->has_value(); });
  });
  for (std::size_t id = 0; id < results.size(); ++id) {
    const Result<bool>& result = **results[id];
    if (id == 13 || id == 49) {
      ASSERT_FALSE(result.has_value());
      EXPECT_EQ(result.error().code, kInternal);
    } else {
      EXPECT_EQ(result, Result<bool>(true));
    }
  }
  EXPECT_TRUE((*other)->has_value());
  EXPECT_EQ(session_.query("SELECT count(*) FROM note"), "48");
}

TEST_F(LanesTest, NeverCommitsAfterAFailureThatAnOperationSwallowed) {
  const auto lanes = make_lanes(settings());
  const auto swallowed = begin<SwallowFailure>(*lanes, {});
  const auto saved = begin<SaveNote>(*lanes, {1, "text"});
  run_until([&] { return *swallowed && *saved; });
  ASSERT_FALSE((*swallowed)->has_value());
  EXPECT_EQ((*swallowed)->error().code, kInternal);
  EXPECT_EQ(**saved, Result<bool>(true));
  EXPECT_EQ(session_.query("SELECT count(*) FROM note"), "1");
}

TEST_F(LanesTest, RefusesAtOnceWhenTheQueueIsFull) {
  LaneSettings narrow = settings();
  narrow.lanes = 1;
  narrow.queue_limit = 1;
  const auto lanes = make_lanes(narrow);
  const auto running = begin_and_pause(*lanes, {TouchNotes::kPause});
  const auto queued = begin<SaveNote>(*lanes, {1, "text"});
  const Result<bool> refused = run<SaveNote>(*lanes, {2, "text"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, kOverloaded);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(1));
  EXPECT_EQ(lanes->statistics().refused, 1);
  end_pause();
  run_until([&] { return *running && *queued; });
  EXPECT_TRUE((*running)->has_value());
  EXPECT_EQ(**queued, Result<bool>(true));
}

TEST_F(LanesTest, EndsACommandThatWaitedTooLongWhileTheLanesAreBusy) {
  LaneSettings impatient = settings();
  impatient.lanes = 1;
  impatient.queue_timeout = std::chrono::milliseconds(500);
  const auto lanes = make_lanes(impatient);
  run_until_seen([&] { return lanes->statistics().connected == 1; });
  const auto running = begin_and_pause(*lanes, {TouchNotes::kPause});
  const Result<bool> late = run<SaveNote>(*lanes, {1, "text"});
  EXPECT_FALSE(running->has_value());
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, kUnavailable);
  EXPECT_EQ(lanes->statistics().expired, 1);
  end_pause();
  run_until([&] { return running->has_value(); });
  EXPECT_EQ(session_.query("SELECT count(*) FROM note"), "0");
}

TEST_F(LanesTest, StopEndsWhatIsQueuedAndFinishesWhatRuns) {
  LaneSettings one = settings();
  one.lanes = 1;
  const auto lanes = make_lanes(one);
  const auto running = begin_and_pause(*lanes, {TouchNotes::kPause});
  const auto queued = begin<SaveNote>(*lanes, {1, "text"});
  run_until_seen([&] { return lanes->statistics().queued == 1; });
  std::thread stopping([&] { lanes->stop(); });
  run_until_seen([&] { return queued->has_value(); });
  EXPECT_FALSE(running->has_value());
  end_pause();
  stopping.join();
  run_until([&] { return running->has_value(); });
  EXPECT_TRUE((*running)->has_value());
  EXPECT_EQ((*queued)->error().code, kUnavailable);
  const Result<bool> after = run<SaveNote>(*lanes, {2, "text"});
  ASSERT_FALSE(after.has_value());
  EXPECT_EQ(after.error().code, kUnavailable);
}

TEST_F(LanesTest, MayBeDestroyedWithItsLoopWhileCoroutinesWait) {
  auto loop = std::make_unique<boost::asio::io_context>();
  auto lanes = std::make_unique<Lanes>(loop->get_executor(), settings());
  boost::asio::co_spawn(*loop, lanes->run<SaveNote>({1, "text"}),
                        [](std::exception_ptr, Result<bool>) { FAIL() << "nobody ran the loop"; });
  loop->poll();
  lanes.reset();
  loop.reset();
}

TEST_F(LanesTest, ReadersRunInReadOnlySessions) {
  session_.query("INSERT INTO note VALUES (1, 'one')");
  LaneSettings readers = settings();
  readers.read_only = true;
  const auto lanes = make_lanes(readers);
  EXPECT_EQ(run<ReadNote>(*lanes, 1).value(), "one");
  const Result<bool> written = run<SaveNote>(*lanes, {2, "two"});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(session_.query("SELECT count(*) FROM note"), "1");
}

TEST_F(LanesTest, ProbeSaysInOneLineWhyTheDatabaseIsNotThere) {
  EXPECT_TRUE(probe(url_).has_value());
  const auto missing = probe(cluster_.url_of("no_such_database"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().find('\n'), std::string::npos);
  EXPECT_NE(missing.error().find("no_such_database"), std::string::npos);
  const auto malformed = probe("postgresql://user:secret@[::1/x");
  ASSERT_FALSE(malformed.has_value());
  EXPECT_EQ(malformed.error().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace remit::storage
