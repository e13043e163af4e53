#include "remit/sandbox/processor_sim.hpp"

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class ProcessorSimTest : public testing::WorldFixture {
 protected:
  static std::string charge(const std::string& id, std::string_view amount = "19.90",
                            std::string_view at = "2026-11-20T17:05:01.123Z") {
    return R"({"correlationId":")" + id + R"(","amount":)" + std::string(amount) +
           R"(,"requestedAt":")" + std::string(at) + "\"}";
  }
  net::Call charge_call(int number) {
    return make_call(net::Method::post, "/payments", charge(uuid(number)));
  }
  net::Answer summary(std::string query = {}) {
    return get("default", "/admin/payments-summary" + query, token_);
  }

  std::vector<net::Header> token_ = {{"X-Rinha-Token", "123"}};
};

TEST_F(ProcessorSimTest, RecordsAPaymentAndShowsItExactly) {
  const net::Answer answer = post("default", "/payments", charge(uuid(1)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"message":"payment processed successfully"})");
  const net::Answer shown = get("default", "/payments/" + uuid(1));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, R"({"correlationId":")" + uuid(1) +
                            R"(","amount":19.90,"requestedAt":"2026-11-20T17:05:01.123Z"})");
  EXPECT_EQ(get("fallback", "/payments/" + uuid(1)).status, 404);
  EXPECT_EQ(get("default", "/payments/not-a-uuid").status, 404);
}

TEST_F(ProcessorSimTest, ADuplicateIsRefusedAndTheFirstRecordStays) {
  EXPECT_EQ(post("default", "/payments", charge(uuid(1), "1.00")).status, 200);
  EXPECT_EQ(post("default", "/payments", charge(uuid(1), "2.00")).status, 422);
  EXPECT_EQ(world_->processor("default").records().size(), 1U);
  EXPECT_EQ(world_->processor("default").book().totals({}, {}).amount_minor, 100);
}

TEST_F(ProcessorSimTest, RefusesWhatItCannotRead) {
  for (const std::string& bad :
       {std::string("{"), charge(uuid(1), "1.9.0"), charge(uuid(1), "-1"), charge(uuid(1), "0"),
        charge(uuid(1), "\"much\""), charge("x"), charge(uuid(1), "92233720368547758.079"),
        charge(uuid(1), "-1.999"), charge(uuid(1), "1", "yesterday"), std::string("{}")}) {
    EXPECT_EQ(post("default", "/payments", bad).status, 400) << bad;
  }
  EXPECT_TRUE(world_->processor("default").records().empty());
}

TEST_F(ProcessorSimTest, ReadsWhatTheProcessorsOfTheContestRead) {
  const auto record = [this](int number, const std::string& amount, const std::string& at) {
    EXPECT_EQ(post("default", "/payments",
                   R"({"CorrelationId":")" + uuid(number) + R"(","AMOUNT":)" + amount +
                       R"(,"requestedat":")" + at + "\"}")
                  .status,
              200)
        << amount << " " << at;
    return get("default", "/payments/" + uuid(number)).body;
  };
  const auto shown = [](int number, const std::string& amount, const std::string& at) {
    return R"({"correlationId":")" + uuid(number) + R"(","amount":)" + amount +
           R"(,"requestedAt":")" + at + "\"}";
  };
  const std::string noon = "2026-11-20T12:00:00";
  EXPECT_EQ(record(1, "77.8299999999999982946974341757595539093017578125", noon),
            shown(1, "77.83", "2026-11-20T12:00:00.000Z"));
  EXPECT_EQ(record(2, "19.905", noon + ".5"), shown(2, "19.90", "2026-11-20T12:00:00.500Z"));
  EXPECT_EQ(record(3, "19.915", noon + "+00:00"), shown(3, "19.92", "2026-11-20T12:00:00.000Z"));
  EXPECT_EQ(record(4, "\"19.90\"", noon + "Z"), shown(4, "19.90", "2026-11-20T12:00:00.000Z"));
  const net::Answer window = summary("?from=2026-11-20T12:00:00&to=2026-11-20T12:00:00");
  EXPECT_EQ(window.status, 200);
  EXPECT_NE(window.body.find("\"totalRequests\":3"), std::string::npos) << window.body;
}

TEST_F(ProcessorSimTest, TheDelayComesBeforeTheFailureAndTheRecord) {
  const net::Answer delayed =
      put("default", "/admin/configurations/delay", R"({"delay":100})", token_);
  EXPECT_EQ(delayed.status, 200);
  EXPECT_EQ(delayed.body, R"({"config":"delay","was":0,"is":100})");
  const auto pending = begin("default", charge_call(1));
  run_until([&] { return alarms_.waiting() == 1; });
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 404);
  const net::Answer failing =
      put("default", "/admin/configurations/failure", R"({"Failure":true})", token_);
  EXPECT_EQ(failing.status, 200);
  EXPECT_EQ(failing.body, R"({"config":"failure","was":false,"is":true})");
  alarms_.advance(100ms);
  run_until([&] { return pending->done; });
  EXPECT_EQ(pending->result->status, 500);
  EXPECT_TRUE(world_->processor("default").records().empty());
}

TEST_F(ProcessorSimTest, DuplicatesWithinTheDelayEndWithOneRecord) {
  put("default", "/admin/configurations/delay", R"({"delay":100})", token_);
  const auto first = begin("default", charge_call(1));
  const auto second = begin("default", charge_call(1));
  run_until([&] { return alarms_.waiting() == 2; });
  alarms_.advance(100ms);
  run_until([&] { return first->done && second->done; });
  EXPECT_EQ(first->result->status + second->result->status, 200 + 422);
  EXPECT_EQ(world_->processor("default").records().size(), 1U);
}

TEST_F(ProcessorSimTest, ACallerThatGivesUpDoesNotStopThePayment) {
  put("default", "/admin/configurations/delay", R"({"delay":5000})", token_);
  net::Call impatient = charge_call(1);
  impatient.timeout = 200ms;
  const auto pending = begin("default", impatient);
  run_until([&] { return pending->done; });
  ASSERT_FALSE(pending->result);
  EXPECT_EQ(pending->result.error().kind, net::CallError::Kind::timed_out);
  EXPECT_TRUE(world_->processor("default").records().empty());
  run_until([&] { return alarms_.waiting() == 1; });
  alarms_.advance(5s);
  run_until([&] { return !world_->processor("default").records().empty(); });
}

TEST_F(ProcessorSimTest, HealthIsAnsweredOncePerFiveSecondsAndTwoCallersAreHeld) {
  EXPECT_EQ(get("default", "/payments/service-health").body,
            R"({"failing":false,"minResponseTime":0})");
  const auto path = make_call(net::Method::get, "/payments/service-health");
  const auto first = begin("default", path);
  run_until([&] { return alarms_.waiting() == 1; });
  const auto second = begin("default", path);
  run_until([&] { return alarms_.waiting() == 2; });
  EXPECT_EQ(get("default", "/payments/service-health").status, 429);
  EXPECT_EQ(get("fallback", "/payments/service-health").status, 200) << "each has its own limit";

  world_->processor("default").faults().set({.delay_ms = 7, .failing = true});
  alarms_.advance(5s);
  run_until([&] { return first->done; });
  EXPECT_EQ(first->result->body, R"({"failing":true,"minResponseTime":7})");
  EXPECT_FALSE(second->done);
  alarms_.advance(5s);
  run_until([&] { return second->done; });
  EXPECT_EQ(second->result->status, 200);
}

TEST_F(ProcessorSimTest, MoreThanRunAndWaitAreTooMany) {
  put("default", "/admin/configurations/delay", R"({"delay":60000})", token_);
  const std::size_t room = PaymentSlots::kMaxRunning + PaymentSlots::kMaxQueued;
  std::vector<std::shared_ptr<testing::Pending>> held;
  for (std::size_t i = 0; i < room; ++i) {
    held.push_back(begin("default", charge_call(static_cast<int>(i))));
  }
  run_until([&] { return alarms_.waiting() == room; });
  EXPECT_EQ(post("default", "/payments", charge(uuid(9'999))).status, 429);
  put("default", "/admin/configurations/delay", R"({"delay":0})", token_);
  alarms_.advance(60s);
  run_until([&] { return std::ranges::all_of(held, &testing::Pending::done); });
  EXPECT_EQ(world_->processor("default").records().size(), room);
}

TEST_F(ProcessorSimTest, TheSummaryIsExactInclusiveAndForAdminsOnly) {
  post("default", "/payments", charge(uuid(1), "0.10", "2026-11-20T17:05:01.000Z"));
  post("default", "/payments", charge(uuid(2), "0.20", "2026-11-20T17:05:02.000Z"));
  post("fallback", "/payments", charge(uuid(3), "19.90"));
  EXPECT_EQ(summary().body, R"({"totalRequests":2,"totalAmount":0.30,"totalFee":0.015,)"
                            R"("feePerTransaction":0.05})");
  EXPECT_EQ(get("fallback", "/admin/payments-summary", token_).body,
            R"({"totalRequests":1,"totalAmount":19.90,"totalFee":2.985,"feePerTransaction":0.15})");
  const net::Answer narrow = summary("?from=2026-11-20T17:05:02.000Z&to=2026-11-20T17:05:02.000Z");
  EXPECT_EQ(text_of(narrow, "totalRequests"), "1");
  EXPECT_EQ(text_of(summary("?from=2026-11-20T17:05:01.0000001Z"), "totalRequests"), "1");
  EXPECT_EQ(summary("?from=never").status, 400);
  EXPECT_EQ(get("default", "/admin/payments-summary").status, 401);
}

TEST_F(ProcessorSimTest, TheTokenGuardsEveryControlAndCanBeChanged) {
  for (const char* control : {"delay", "failure", "token"}) {
    const std::string path = "/admin/configurations/" + std::string(control);
    EXPECT_EQ(put("default", path, "{}").status, 401);
    EXPECT_EQ(put("default", path, "{}", token_).status, 400);
  }
  EXPECT_EQ(put("default", "/admin/configurations/token", R"({"token":"new"})", token_).status,
            204);
  EXPECT_EQ(summary().status, 401);
  token_ = {{"X-Rinha-Token", "new"}};
  EXPECT_EQ(summary().status, 200);
}

TEST_F(ProcessorSimTest, PurgeRemovesAllPayments) {
  post("default", "/payments", charge(uuid(1)));
  EXPECT_EQ(post("default", "/admin/purge-payments", "").status, 401);
  EXPECT_EQ(post("default", "/admin/purge-payments", "", token_).status, 200);
  EXPECT_EQ(text_of(summary(), "totalRequests"), "0");
  EXPECT_EQ(post("default", "/payments", charge(uuid(1))).status, 200);
}

TEST_F(ProcessorSimTest, ALostAnswerIsARecordedPayment) {
  EXPECT_EQ(put("default", "/admin/faults", R"({"drop_response_rate":1})").status, 200);
  const net::CallResult lost = call_raw("default", charge_call(1));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, net::CallError::Kind::broken);
  EXPECT_TRUE(lost.error().request_sent);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200);
}

TEST_F(ProcessorSimTest, GarbageIsARecordedPaymentAndARejectionIsNot) {
  put("default", "/admin/faults", R"({"garbage_rate":1})");
  const net::Answer garbage = post("default", "/payments", charge(uuid(1)));
  EXPECT_EQ(garbage.status, 200);
  EXPECT_FALSE(net::parse_json(garbage.body));
  put("default", "/admin/faults", R"({"garbage_rate":0,"reject_rate":1.0})");
  EXPECT_EQ(post("default", "/payments", charge(uuid(2))).status, 429) << "its only refusal";
  EXPECT_EQ(world_->processor("default").records().size(), 1U);
  const std::string records = R"({"provider":"default","records":[{"operation_id":")" + uuid(1) +
                              R"(","kind":"charge","status":"SETTLED","amount":19.90,)"
                              R"("requested_at":"2026-11-20T17:05:01.123Z"}])";
  EXPECT_TRUE(get("default", "/admin/books").body.starts_with(records));
}

TEST_F(ProcessorSimTest, AnErrorAfterTheWorkIsARecordedPayment) {
  put("default", "/admin/faults", R"({"late_error_rate":1})");
  EXPECT_EQ(post("default", "/payments", charge(uuid(1))).status, 500);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200);
}

TEST_F(ProcessorSimTest, HalfAnAnswerIsARecordedPayment) {
  put("default", "/admin/faults", R"({"half_answer_rate":1})");
  const net::CallResult half = call_raw("default", charge_call(1));
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().kind, net::CallError::Kind::broken);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200) << "queries answer in full";
  put("default", "/admin/faults", R"({"reads":true})");
  EXPECT_FALSE(call_raw("default", make_call(net::Method::get, "/payments/" + uuid(1))));
}

TEST_F(ProcessorSimTest, AnswersByteByByteWhenTold) {
  put("default", "/admin/faults", R"({"trickle_ms":1})");
  const net::Answer answer = post("default", "/payments", charge(uuid(1)));
  EXPECT_EQ(answer.body, R"({"message":"payment processed successfully"})");
}

TEST_F(ProcessorSimTest, DoesNotFindWhatItAcceptedForAWhile) {
  put("default", "/admin/faults", R"({"invisible_ms":1000})");
  EXPECT_EQ(post("default", "/payments", charge(uuid(1))).status, 200);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 404);
  EXPECT_EQ(post("default", "/payments", charge(uuid(1))).status, 422) << "it is on the books";
  clock_.advance(1s);
  EXPECT_EQ(get("default", "/payments/" + uuid(1)).status, 200);
}

TEST_F(ProcessorSimTest, FailsWithTheStatusItIsTold) {
  for (const std::string status : {"429", "500", "503"}) {
    put("default", "/admin/faults", R"({"failing":true,"status":)" + status + "}");
    EXPECT_EQ(std::to_string(post("default", "/payments", charge(uuid(1))).status), status);
  }
  EXPECT_TRUE(world_->processor("default").records().empty());
}

}  // namespace
}  // namespace remit::sandbox
