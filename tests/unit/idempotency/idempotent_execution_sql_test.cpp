// Executing once, over a real database: the effect is a row in `effect`, in the same transaction.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <optional>

#include "remit/idempotency/idempotent_execution_sql.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::idempotency {
namespace {

constexpr ProblemCode kNotNow{"NOT_NOW", 409, "Not now"};
constexpr storage::Statement kEffect{"test_effect", "INSERT INTO effect (what) VALUES ($1)"};

struct Use {
  Claim claim;
  std::string what;
};

/// A batch of requests: "refuse" is a business refusal, "fail" a problem that leaves no trace.
struct ExecuteBatch {
  using Input = std::vector<Use>;
  using Output = std::vector<Result<Answer>>;
  static constexpr std::string_view kName = "test_execute";

  static void execute(storage::Transaction& transaction,
                      std::span<storage::Slot<ExecuteBatch>> slots) {
    for (auto& slot : slots) {
      std::vector<Claim> claims;
      for (const Use& use : slot.input) claims.push_back(use.claim);
      slot.output = execute_once(transaction, claims, [&](std::span<const std::size_t> fresh) {
        std::vector<Execution> executions;
        for (const std::size_t index : fresh) {
          executions.push_back(one(transaction, slot.input[index].what));
        }
        return executions;
      });
    }
  }

  static Execution one(storage::Transaction& transaction, const std::string& what) {
    if (what == "fail") return fail(kNotNow, "not now");
    if (what == "refuse") {
      Answer refusal;
      refusal.status = 422;
      refusal.body = "{\"no\":\"\\u00e9 \xC3\xA9\"}";
      return refusal;
    }
    transaction.execute(kEffect, what);
    Answer answer;
    answer.status = 202;
    answer.body = "{\"made\":\"" + what + "\"}";
    answer.resource_id = what;
    answer.location = "/things/" + what;
    return answer;
  }
};

struct Find {
  using Input = Claim;
  using Output = std::optional<Answer>;
  static constexpr std::string_view kName = "test_find";
  static void execute(storage::Transaction& transaction, std::span<storage::Slot<Find>> slots) {
    for (auto& slot : slots) slot.output = find_answer(transaction, slot.input);
  }
};

class OnceTest : public testing::Test {
 protected:
  OnceTest()
      : url_(test::migrated_database()),
        session_(url_),
        lanes_(loop_.get_executor(), {.name = "test-one", .url = url_, .lanes = 1}),
        other_(loop_.get_executor(), {.name = "test-two", .url = url_, .lanes = 1}) {
    session_.query("CREATE TABLE effect (what text)");
  }

  static Use use(std::string what, std::string key = "key-0123456789", char print = 'a') {
    return {{.tenant = kTenant,
             .key = std::move(key),
             .fingerprint = std::string(64, print),
             .now = {}},
            std::move(what)};
  }

  std::vector<Result<Answer>> execute(std::vector<Use> uses) {
    return test::run(loop_, lanes_.run<ExecuteBatch>(std::move(uses))).value();
  }
  Result<Answer> execute(Use one) { return execute(std::vector<Use>{std::move(one)}).at(0); }
  std::string effects() { return session_.query("SELECT count(*) FROM effect"); }
  std::string keys() { return session_.query("SELECT count(*) FROM idempotency_key"); }

  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
  storage::Lanes lanes_;
  storage::Lanes other_;
};

TEST_F(OnceTest, AKeyIsExecutedOnceAndAnsweredAgainByteForByte) {
  const Answer first = execute(use("x")).value();
  EXPECT_FALSE(first.replayed);
  const Answer again = execute(use("y")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.resource_id, first.resource_id);
  EXPECT_EQ(again.location, first.location);
  EXPECT_EQ(effects(), "1");
}

TEST_F(OnceTest, IdenticalClaimsOfOneBatchAreOneExecution) {
  const auto results = execute(std::vector<Use>(50, use("x")));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(results[i]);
    EXPECT_EQ(results[i]->replayed, i != 0);
    EXPECT_EQ(results[i]->body, results[0]->body);
  }
  EXPECT_EQ(effects(), "1");
}

TEST_F(OnceTest, AnotherRequestUnderTheKeyIsRefused) {
  const auto batch = execute({use("x"), use("y", "key-0123456789", 'b')});
  ASSERT_TRUE(batch[0]);
  EXPECT_EQ(batch[1].error().code, kKeyReused);
  EXPECT_EQ(execute(use("y", "key-0123456789", 'b')).error().code, kKeyReused);
  EXPECT_EQ(effects(), "1");
}

TEST_F(OnceTest, StrictIsToldWhatTheFirstMade) {
  Use strict = use("x");
  strict.claim.strict = true;
  const auto batch = execute({strict, strict});
  ASSERT_TRUE(batch[0]) << "the first is no duplicate";
  for (const Result<Answer>& again : {batch[1], execute(strict)}) {
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, kDuplicateRequest);
    EXPECT_NE(again.error().detail.find("made x"), std::string::npos);
  }
}

TEST_F(OnceTest, AProblemLeavesNoTraceAndTheKeyMayBeUsedAgain) {
  const auto batch = execute({use("fail"), use("fail")});
  EXPECT_EQ(batch[0].error().code, kNotNow);
  EXPECT_EQ(batch[1].error().code, kNotNow);
  EXPECT_EQ(keys(), "0");
  EXPECT_TRUE(execute(use("x")));
  EXPECT_EQ(effects(), "1");
}

TEST_F(OnceTest, AfterAProblemAnotherRequestOfTheBatchHasTheKeyToItself) {
  const auto batch = execute(
      {use("fail"), use("x", "key-0123456789", 'b'), use("fail"), use("x", "key-0123456789", 'b')});
  EXPECT_EQ(batch[0].error().code, kNotNow);
  ASSERT_TRUE(batch[1]) << "it is not the request that had the problem";
  EXPECT_FALSE(batch[1]->replayed);
  EXPECT_EQ(batch[2].error().code, kNotNow);
  ASSERT_TRUE(batch[3]);
  EXPECT_TRUE(batch[3]->replayed);
  EXPECT_EQ(effects(), "1");
}

TEST_F(OnceTest, ABusinessRefusalIsKept) {
  const Answer first = execute(use("refuse")).value();
  EXPECT_EQ(first.status, 422);
  const Answer again = execute(use("x")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.status, 422);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(effects(), "0");
  Use strict = use("x");
  strict.claim.strict = true;
  EXPECT_EQ(execute(strict).error().code, kDuplicateRequest);
}

TEST_F(OnceTest, KeysAreEachTenantsOwn) {
  ASSERT_TRUE(execute(use("x")));
  Use other = use("y", "key-0123456789", 'b');
  other.claim.tenant = kOtherTenant;
  const Result<Answer> answer = execute(other);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->replayed);
  EXPECT_EQ(effects(), "2");
}

TEST_F(OnceTest, ManyKeysOfOneBatchEachHaveTheirOwnAnswer) {
  std::vector<Use> uses;
  for (int i = 0; i < 100; ++i) {
    uses.push_back(use(std::to_string(i % 40), "key-of-request-" + std::to_string(i % 40)));
  }
  const auto results = execute(uses);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    ASSERT_TRUE(results[i]);
    EXPECT_EQ(results[i]->resource_id, uses[i].what);
    EXPECT_EQ(results[i]->replayed, i >= 40);
  }
  EXPECT_EQ(effects(), "40");
}

TEST_F(OnceTest, KeysOfALargeTenantAreInTheirBuckets) {
  std::vector<Use> uses;
  for (int i = 0; i < 60; ++i) {
    const std::string what = i % 3 == 0 ? "fail" : std::to_string(i % 30);
    uses.push_back(use(what, "key-of-request-" + std::to_string(i % 30)));
    uses.back().claim.tenant = kWideTenant;
  }
  const auto results = execute(uses);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    ASSERT_EQ(results[i].has_value(), i % 3 != 0);
    if (results[i]) EXPECT_EQ(results[i]->replayed, i >= 30);
  }
  EXPECT_EQ(effects(), "20");
  EXPECT_EQ(keys(), "20");
  for (const Use& one : uses) {
    EXPECT_EQ(session_.query("SELECT count(*) FROM idempotency_key WHERE key = '" + one.claim.key +
                             "' AND bucket <> " + std::to_string(one.claim.bucket().value())),
              "0");
  }
  EXPECT_GT(std::stoi(session_.query("SELECT count(DISTINCT bucket) FROM idempotency_key")), 10);
}

TEST_F(OnceTest, TwoInstancesAtOnceMakeOneEffectForEachKey) {
  constexpr int kRounds = 60;
  int done = 0;
  std::map<std::string, int> executed;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Use> uses;
    for (int i = 0; i < 4; ++i) {
      const std::string name = std::to_string((round + i) % 20);
      uses.push_back(use(name, "key-of-request-" + name));
      uses.back().claim.tenant = kWideTenant;
    }
    for (storage::Lanes* lanes : {&lanes_, &other_}) {
      boost::asio::co_spawn(
          loop_, lanes->run<ExecuteBatch>(uses),
          [&done, &executed](std::exception_ptr, Result<std::vector<Result<Answer>>> results) {
            ++done;
            ASSERT_TRUE(results);
            for (const auto& result : *results) {
              ASSERT_TRUE(result);
              executed[result->resource_id] += result->replayed ? 0 : 1;
            }
          });
      std::ranges::reverse(uses);
    }
  }
  test::run_until(loop_, [&done] { return done == 2 * kRounds; });
  EXPECT_EQ(executed.size(), 20U);
  for (const auto& [name, times] : executed) EXPECT_EQ(times, 1) << name;
  EXPECT_EQ(effects(), "20");
}

TEST_F(OnceTest, TheStoredAnswerOfAKeyCanBeRead) {
  const auto find = [this](const Use& wanted) {
    return test::run(loop_, lanes_.run<Find>(wanted.claim));
  };
  EXPECT_FALSE(find(use("x")).value());
  ASSERT_TRUE(execute(use("x")));
  const auto found = find(use("x"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->resource_id, "x");
  EXPECT_TRUE((*found)->replayed);
  EXPECT_EQ(find(use("x", "key-0123456789", 'b')).error().code, kKeyReused);
}

}  // namespace
}  // namespace remit::idempotency
