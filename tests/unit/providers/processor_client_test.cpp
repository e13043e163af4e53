#include "remit/providers/processor_client.hpp"

#include <gtest/gtest.h>

#include <string>

#include "peer_fixture.hpp"
#include "support/scripted_peer.hpp"

namespace remit::providers {
namespace {

using Status = Outcome::Status;

constexpr auto kId = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";

std::string recorded(const std::string& amount,
                     const std::string& requested_at = "2026-11-20T17:05:01.123Z",
                     const std::string& id = kId) {
  return R"({"correlationId":")" + id + R"(","amount":)" + amount + R"(,"requestedAt":")" +
         requested_at + R"("})";
}

class ProcessorClientTest : public test::PeerFixture {
 protected:
  ProcessorClientTest() {
    client_closer_ = [this] { processor_.close(); };
    operation_.operation_id = *Uuid::parse(kId);
    operation_.source = {1990, Currency::BRL};
    operation_.requested_at = *parse_timestamp("2026-11-20T17:05:01.123456Z");
    context_of_call_.trace.request_id = "request-7";
  }
  Outcome submit() { return run(processor_.submit(operation_, context_of_call_)); }
  Outcome query() { return run(processor_.query(operation_, context_of_call_)); }

  ProcessorClient processor_{client_to(url())};
  Operation operation_;
  CallContext context_of_call_;
};

TEST_F(ProcessorClientTest, SendsTheChargeExactly) {
  answer(200, R"({"message":"payment processed successfully"})");
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::settled);
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].path, "/payments");
  EXPECT_EQ(asked_[0].body,
            R"({"correlationId":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3","amount":19.90,)"
            R"("requestedAt":"2026-11-20T17:05:01.123Z"})");
  EXPECT_EQ(asked_[0].headers.find("X-Request-Id"), "request-7");
}

TEST_F(ProcessorClientTest, AnAnswerThatIsNotHttpIsNoAnswer) {
  const remit::test::ScriptedPeer peer([](remit::test::RawSocket& socket, std::size_t) {
    socket.read_until("\r\n\r\n");
    socket.send("220 mail.example ESMTP\r\n");
  });
  ProcessorClient client(client_to(peer.url()));
  const Outcome outcome = run(client.submit(operation_, context_of_call_));
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_TRUE(outcome.error.starts_with("not an HTTP answer")) << outcome.error;
  EXPECT_EQ(run(client.health(context_of_call_)).kind, HealthAnswer::Kind::none);
  client.close();
}

struct Submission {
  std::string name;
  int status;
  std::string body;
  Status expected;
  bool passing = false;
  bool not_attempted = false;
  bool answered = false;
};

class ProcessorSubmissions : public ProcessorClientTest,
                             public testing::WithParamInterface<Submission> {};

TEST_P(ProcessorSubmissions, AreTranslated) {
  answer(GetParam().status, GetParam().body);
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, GetParam().expected);
  EXPECT_EQ(outcome.passing, GetParam().passing);
  EXPECT_EQ(outcome.not_attempted, GetParam().not_attempted);
  if (outcome.status == Status::unknown) {
    EXPECT_EQ(outcome.answered, GetParam().answered);
  }
  EXPECT_NE(outcome.error, "");
}

INSTANTIATE_TEST_SUITE_P(
    Contract, ProcessorSubmissions,
    testing::Values(Submission{"TooMany", 429, "", Status::rejected, true, true},
                    Submission{"TooManyInWords", 429, "Calm down.", Status::rejected, true, true},
                    Submission{"Malformed", 400, "", Status::unknown},
                    Submission{"Unauthorised", 401, "", Status::unknown},
                    Submission{"Forbidden", 403, "<html>", Status::unknown},
                    Submission{"NoSuchPath", 404, "", Status::unknown},
                    Submission{"RequestTimeout", 408, "", Status::unknown},
                    Submission{"Conflict", 409, "{}", Status::unknown},
                    Submission{"TooLarge", 413, "<html>", Status::unknown},
                    Submission{"Locked", 423, "{}", Status::unknown},
                    Submission{"TooEarly", 425, "{}", Status::unknown},
                    Submission{"Failed", 500, "", Status::unknown, false, false, true},
                    Submission{"FailedAmidTheWork", 500, R"({"message":"Npgsql: timed out"})",
                               Status::unknown},
                    Submission{"FailedAtSomebodyElse", 500, "<html>", Status::unknown},
                    Submission{"Unavailable", 503, "", Status::unknown},
                    Submission{"BadGateway", 502, "", Status::unknown},
                    Submission{"GatewayTimeout", 504, "", Status::unknown},
                    Submission{"Garbage", 200, "<html>", Status::unknown},
                    Submission{"NoMessage", 200, "{}", Status::unknown},
                    Submission{"NotAnObject", 200, "[1]", Status::unknown},
                    Submission{"AcceptedOnly", 202, "{}", Status::unknown},
                    Submission{"Redirect", 302, "{}", Status::unknown}),
    [](const auto& one) { return one.param.name; });

TEST_F(ProcessorClientTest, NoProblemDocumentMakesARefusalOfWhatItsContractDoesNotName) {
  for (const int status : {400, 401, 403, 404, 408, 409, 413, 423, 425, 451}) {
    answer_problem(status, "NO");
    EXPECT_EQ(submit().status, Status::unknown) << status;
  }
}

TEST_F(ProcessorClientTest, TellsWhetherItWasTurnedDown) {
  answer(400, "{}");
  const Outcome malformed = submit();
  EXPECT_TRUE(malformed.turned_down);
  EXPECT_FALSE(malformed.in_own_form) << "its contract has no such answer";
  for (const int status : {500, 502, 503}) {
    answer(status, "");
    EXPECT_FALSE(submit().turned_down) << status;
  }
}

TEST_F(ProcessorClientTest, AnAnswerCarriesTheWordsThatCameWithIt) {
  answer(400, R"({"title":"Bad","detail":"amount is too large"})");
  EXPECT_EQ(submit().error, "HTTP 400: amount is too large");
  answer(503, R"({"message":")" + std::string(400'000, 'x') + R"("})");
  EXPECT_EQ(submit().error.size(), 300U);
}

TEST_F(ProcessorClientTest, AlreadyRecordedIsSettledWhenTheRecordIsOurs) {
  for (const std::string amount : {"19.9", "19.90", "1.99e1"}) {
    answer(422, R"({"message":"CorrelationId already exists"})");
    answer(200, recorded(amount));
    const Outcome outcome = submit();
    EXPECT_EQ(outcome.status, Status::settled) << amount;
    EXPECT_EQ(outcome.error, "");
  }
  EXPECT_EQ(asked_.back().path, std::string("/payments/") + kId);
}

TEST_F(ProcessorClientTest, TellsTheInstantOnRecord) {
  const std::pair<std::string, std::string> instants[] = {
      {"2026-11-20T17:05:02.000Z", "2026-11-20T17:05:02.000Z"},
      {"2026-11-20T17:05:02.123456Z", "2026-11-20T17:05:02.123456Z"},
      {"2026-11-20T14:05:02-03:00", "2026-11-20T17:05:02.000Z"},
      {"2026-11-20T17:05:02.5", "2026-11-20T17:05:02.500Z"},  // as the public one prints it
      {"2026-11-20 14:05:02.5-03:00", "2026-11-20T17:05:02.500Z"},
      {"2026-11-20 17:05:02.5", "2026-11-20T17:05:02.500Z"}};
  for (const auto& [printed, meant] : instants) {
    answer(422, "{}");
    answer(200, recorded("19.9", printed));
    const Outcome outcome = submit();
    EXPECT_EQ(outcome.status, Status::settled);
    ASSERT_TRUE(outcome.recorded_at) << printed;
    EXPECT_EQ(to_rfc3339(*outcome.recorded_at), meant);
  }
  answer(200, recorded("19.9", "yesterday"));
  const Outcome outcome = query();
  EXPECT_EQ(outcome.status, Status::settled) << "it is our money all the same";
  EXPECT_FALSE(outcome.recorded_at);
  EXPECT_EQ(outcome.error, "recorded there at an instant that cannot be read");
}

TEST_F(ProcessorClientTest, AlreadyRecordedWithAnotherAmountDiffersAndNamesIt) {
  answer(422, "{}");
  answer(200, recorded("20.00"));
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::differs);
  EXPECT_NE(outcome.error.find("20.00 BRL"), std::string::npos) << outcome.error;
}

TEST_F(ProcessorClientTest, AlreadyRecordedButUnconfirmedIsUnknown) {
  answer(422, "{}");
  answer(404, "");
  Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_FALSE(outcome.answered) << "the one before may be about to be recorded";
  EXPECT_TRUE(outcome.turned_down);
  EXPECT_TRUE(outcome.in_own_form);
  answer(422, "{}");
  answer(500, "");
  outcome = submit();
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_FALSE(outcome.answered) << "it has something, and could not show it";
  EXPECT_TRUE(outcome.turned_down);
  EXPECT_FALSE(outcome.in_own_form);
}

TEST_F(ProcessorClientTest, QuestionsAreTranslated) {
  answer(200, recorded("19.9"));
  EXPECT_EQ(query().status, Status::settled);
  answer(404, "");
  EXPECT_EQ(query().status, Status::not_found);
  answer(200, recorded("19.91"));
  EXPECT_EQ(query().status, Status::differs);
  answer(200, recorded("19.901"));
  EXPECT_EQ(query().status, Status::unknown) << "not an amount of this currency";
  answer(200, recorded("19.9", "2026-11-20T17:05:01.123Z", "5a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"));
  EXPECT_EQ(query().status, Status::unknown) << "somebody else's";
  for (const int status : {202, 400, 403, 429, 500, 503}) {
    answer(status, "{}");
    EXPECT_EQ(query().status, Status::unknown) << status;
  }
}

TEST_F(ProcessorClientTest, A404OfAGatewayIsNotTheProcessors) {
  for (const std::string body : {"404 page not found", "<html>404</html>", "{}",
                                 R"({"message":"no Route matched with those values"})"}) {
    answer(404, body, body.starts_with('{') ? "application/json" : "text/html");
    const Outcome outcome = query();
    EXPECT_EQ(outcome.status, Status::unknown) << body;
    EXPECT_NE(outcome.error, "");
  }
  answer_problem(404, "NO_ROUTE");
  EXPECT_EQ(query().status, Status::unknown);
}

TEST_F(ProcessorClientTest, ARefusedConnectionMeansNothingWasSent) {
  ProcessorClient nobody(
      client_to("http://127.0.0.1:" + std::to_string(remit::test::closed_port())));
  Outcome outcome = run(nobody.submit(operation_, context_of_call_));
  EXPECT_EQ(outcome.status, Status::rejected);
  EXPECT_TRUE(outcome.passing);
  EXPECT_TRUE(outcome.not_attempted);
  outcome = run(nobody.query(operation_, context_of_call_));
  EXPECT_EQ(outcome.status, Status::unknown) << "a question not asked proves nothing";
}

TEST_F(ProcessorClientTest, AClosedConnectionAfterTheRequestIsUnknown) {
  remit::test::ScriptedPeer peer(
      [](remit::test::RawSocket& socket, std::size_t) { socket.read_request(); });
  ProcessorClient processor(client_to(peer.url()));
  const Outcome outcome = run(processor.submit(operation_, context_of_call_));
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_FALSE(outcome.answered);
  EXPECT_FALSE(outcome.not_attempted);
  processor.close();
}

TEST_F(ProcessorClientTest, ATimeoutIsUnknown) {
  remit::test::ScriptedPeer peer([](remit::test::RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.read_to_end();
  });
  ProcessorClient processor(client_to(peer.url()));
  context_of_call_.timeout = std::chrono::milliseconds(50);
  const Outcome outcome = run(processor.submit(operation_, context_of_call_));
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_FALSE(outcome.answered);
  processor.close();
}

TEST_F(ProcessorClientTest, NothingIsSentAfterTheLeaseEnded) {
  context_of_call_.send_before = clock_.monotonic() - std::chrono::seconds(1);
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::rejected);
  EXPECT_TRUE(outcome.not_attempted);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(ProcessorClientTest, HealthIsReadStrictly) {
  answer(200, R"({"failing":true,"minResponseTime":120})");
  HealthAnswer health = run(processor_.health({}));
  EXPECT_EQ(health.kind, HealthAnswer::Kind::report);
  EXPECT_TRUE(health.report.failing);
  EXPECT_EQ(health.report.min_response_ms, 120);
  answer(200, R"({"failing":false,"minResponseTime":3600000})");
  health = run(processor_.health({}));
  EXPECT_EQ(health.kind, HealthAnswer::Kind::report);
  EXPECT_EQ(health.report.min_response_ms, 3'600'000);
  EXPECT_EQ(asked_.back().path, "/payments/service-health");
  answer(429, "{}");
  health = run(processor_.health({}));
  EXPECT_EQ(health.kind, HealthAnswer::Kind::asked_too_often);
}

// What is no report says nothing of the provider, neither good nor bad.
TEST_F(ProcessorClientTest, AnInvalidHealthReportIsUnreadable) {
  const auto expect_unreadable = [this](int status, const std::string& body) {
    answer(status, body);
    const HealthAnswer health = run(processor_.health({}));
    EXPECT_EQ(health.kind, HealthAnswer::Kind::unreadable) << status << " " << body;
    EXPECT_FALSE(health.report.failing);
    EXPECT_FALSE(health.detail.empty());
  };
  for (const std::string body :
       {"", "{}", "[]", "<html>it works</html>", R"({"status":"UP"})",
        R"({"failing":"no","minResponseTime":1})", R"({"failing":true})",
        R"({"failing":true,"minResponseTime":null})", R"({"failing":true,"minResponseTime":12.5})",
        R"({"failing":false,"minResponseTime":-1})", R"({"failing":true,"minResponseTime":"12"})",
        R"({"failing":false,"minResponseTime":99999999999999999999})"}) {
    expect_unreadable(200, body);
  }
  for (const int status : {201, 301, 401, 404, 500, 503}) {
    expect_unreadable(status, R"({"failing":true,"minResponseTime":1})");
  }
}

TEST_F(ProcessorClientTest, HealthThatCannotBeAskedForIsNoAnswer) {
  const std::uint16_t nobody = remit::test::closed_port();
  ProcessorClient processor(client_to("http://127.0.0.1:" + std::to_string(nobody)));
  const HealthAnswer health = run(processor.health({}));
  EXPECT_EQ(health.kind, HealthAnswer::Kind::none);
  EXPECT_FALSE(health.detail.empty());
  processor.close();
}

}  // namespace
}  // namespace remit::providers
