// Many at once: equal requests, workers that want the same work, people who steer a payment while
// it moves.
#include <algorithm>
#include <set>

#include "faults/surrounding_test.hpp"
#include "support/client_load.hpp"

namespace remit::test {
namespace {

class ConcurrencyTest : public SurroundingTest {
 protected:
  static void expect_one_answer(const std::vector<HttpAnswer>& answers) {
    std::set<std::string> bodies;
    int firsts = 0;
    for (const HttpAnswer& answer : answers) {
      EXPECT_EQ(answer.status, 202) << answer.body;
      bodies.insert(answer.body);
      if (answer.header("idempotent-replayed").empty()) ++firsts;
    }
    EXPECT_EQ(bodies.size(), 1U);
    EXPECT_EQ(firsts, 1);
  }

  /// The same request from 200 callers, and it is one payment in the end.
  void expect_one_payment_of(Promise promise) {
    const RemitProcess one(config);
    const RemitProcess other(config);
    const std::vector<HttpApi> both = {one.api(), other.api()};
    std::vector<HttpAnswer> answers(200);
    at_once(answers.size(), [&](std::size_t i) {
      const auto answer = RetryingClient::repeat(both[i % 2], promise);
      if (answer) answers[i] = *answer;
    });
    expect_one_answer(answers);
    note_answer(promise, answers.front());
    EXPECT_EQ(sql("SELECT count(*) FROM payment"), "1");
    expect_agreement(both, {promise});
  }

  /// POST …/cancel or …/retry, from all instances at once, several times each.
  static std::vector<HttpAnswer> steer(const std::vector<HttpApi>& instances, const std::string& id,
                                       const std::string& verb, std::size_t times) {
    std::vector<HttpAnswer> answers(times);
    at_once(times, [&](std::size_t i) {
      const HttpApi& api = instances[i % instances.size()];
      answers[i] = api.send("POST", "/payments/" + id + "/" + verb);
    });
    return answers;
  }

  static auto count(const std::vector<HttpAnswer>& answers, int status) {
    return std::ranges::count(answers, status, &HttpAnswer::status);
  }

  void set_all(const std::vector<std::string>& providers, const Json& faults) {
    for (const std::string& provider : providers) world.set_faults(provider, faults);
  }
};

TEST_F(ConcurrencyTest, TwoHundredCallersAtOnceMakeOneCharge) {
  expect_one_payment_of(new_charge(1234));
}

TEST_F(ConcurrencyTest, TwoHundredCallersAtOnceMakeOneConversion) {
  expect_one_payment_of(new_conversion(conversion_body()));
  EXPECT_EQ(sql("SELECT count(*) FROM quote"), "1");
}

TEST_F(ConcurrencyTest, FourWorkersShareAThousandPaymentsAndDoEachOnce) {
  // Each takes little at a time, so that none could take them all.
  const std::vector<std::string> settings = {"charge.concurrency=16", "engine.concurrency=16",
                                             "log.level=debug"};
  std::vector<std::unique_ptr<RemitProcess>> workers;
  Addresses addresses;
  for (std::size_t i = 0; i < 4; ++i) {
    workers.push_back(std::make_unique<RemitProcess>(config, settings));
    addresses.set(i, workers[i]->api());
  }
  set_all(kProcessors, {{"delay_ms", 20}});
  const std::vector<Promise> promises = pay(addresses, {.charges = 850, .conversions = 150});
  expect_agreement(addresses.all(), promises);

  std::size_t finished = 0;
  for (const auto& worker : workers) {
    const std::string log = worker->process().standard_error();
    std::size_t share = 0;
    for (std::size_t at = log.find(R"("to":"COMPLETED")"); at != std::string::npos;
         at = log.find(R"("to":"COMPLETED")", at + 1)) {
      ++share;
    }
    EXPECT_GT(share, 0U) << "a worker that did nothing";
    RecordProperty("share_" + std::to_string(worker->port()), std::to_string(share));
    finished += share;
  }
  EXPECT_EQ(finished, promises.size());
}

TEST_F(ConcurrencyTest, ACancelAgainstASubmissionWinsOrComesTooLate) {
  const RemitProcess one(config);
  const RemitProcess other(config);
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses(both);
  const RetryingClient client(addresses);
  const std::size_t rounds = is_whole_campaign() ? 2000 : 120;
  std::vector<Promise> promises(rounds);
  std::vector<HttpAnswer> answers(rounds);
  at_once(4, [&](std::size_t nth) {
    for (std::size_t i = nth; i < rounds; i += 4) {
      promises[i] = i % 3 == 0 ? client.charge(1990, i) : client.convert(conversion_body(), i);
      answers[i] =
          both[(i / 2) % 2].send("POST", "/payments/" + promises[i].payment_id + "/cancel");
    }
  });
  expect_agreement(both, promises, {.failed = true});
  std::set<std::string> cancelled;
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::string& id = promises[i].payment_id;
    const std::string status = one.api().get("/payments/" + id).json().at("status");
    if (answers[i].status == 200) {
      EXPECT_EQ(status, "CANCELLED");
      cancelled.insert(id);
    } else {
      EXPECT_EQ(answers[i].code(), "NOT_CANCELABLE") << answers[i].body;
      EXPECT_EQ(status, "COMPLETED");
    }
  }
  for (const std::string& provider : kRamps) {
    const Json books = world.books(provider);
    for (const Json& record : books.at("records")) {
      EXPECT_FALSE(cancelled.contains(record.at("payment_id"))) << record.dump();
    }
  }
  for (const auto& [id, times] : world.operations(kProcessors))
    EXPECT_FALSE(cancelled.contains(id));
  RecordProperty("cancelled", std::to_string(cancelled.size()));
}

TEST_F(ConcurrencyTest, ARetryOfAFailedPaymentFromEverywhereIsOneRetry) {
  const RemitProcess one(config);
  const RemitProcess other(config);
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses(both);
  const RetryingClient client(addresses);
  set_all(kRamps, {{"reject_rate", 1}});
  std::vector<Promise> promises;
  for (std::size_t i = 0; i < 6; ++i) promises.push_back(client.convert(conversion_body(), i));
  for (const Promise& promise : promises) await_payment(one.api(), promise.payment_id, "FAILED");
  set_all(kRamps, {{"reject_rate", 0}});
  for (const Promise& promise : promises) {
    const std::vector<HttpAnswer> answers = steer(both, promise.payment_id, "retry", 8);
    EXPECT_EQ(count(answers, 202), 1);
    EXPECT_EQ(count(answers, 409), 7);
  }
  expect_agreement(both, promises);
}

TEST_F(ConcurrencyTest, ARetryOfAParkedPaymentFromEverywhereIsOneRetry) {
  const std::vector<std::string> settings = {"engine.max_attempts=2"};
  const RemitProcess one(config, settings);
  const RemitProcess other(config, settings);
  const std::vector<HttpApi> both = {one.api(), other.api()};
  const Addresses addresses(both);
  const RetryingClient client(addresses);
  // A refusal for a passing reason, again and again.
  set_all(kRamps, {{"failing", true}, {"status", 423}});
  std::vector<Promise> promises;
  for (std::size_t i = 0; i < 4; ++i) promises.push_back(client.convert(conversion_body(), i));
  EXPECT_TRUE(eventually([&] {
    return sql("SELECT count(*) FROM saga WHERE parked_reason = 'REFUSED_TOO_OFTEN'") == "4";
  })) << sql("SELECT string_agg(status || ' ' || coalesce(parked_reason, '-'), ', ') FROM saga");
  set_all(kRamps, {{"failing", false}, {"status", 0}});
  for (const Promise& promise : promises) {
    const std::vector<HttpAnswer> answers = steer(both, promise.payment_id, "retry", 8);
    EXPECT_EQ(count(answers, 202), 1);
    EXPECT_EQ(count(answers, 409), 7);
  }
  expect_agreement(both, promises);
}

}  // namespace
}  // namespace remit::test
