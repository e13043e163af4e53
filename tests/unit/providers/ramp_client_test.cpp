#include "remit/providers/ramp_client.hpp"

#include <gtest/gtest.h>

#include <string>

#include "peer_fixture.hpp"
#include "support/scripted_peer.hpp"

namespace remit::providers {
namespace {

using Status = Outcome::Status;

constexpr auto kId = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";
constexpr auto kPayment = "11111111-7d26-4d9d-aa19-4dc1c7cf60b3";

std::string transfer(const std::string& status, const std::string& more = "",
                     const std::string& id = kId) {
  return R"({"transfer_id":"tr/1","operation_id":")" + id + R"(","status":")" + status + "\"" +
         more + "}";
}

class RampClientTest : public test::PeerFixture {
 protected:
  RampClientTest() {
    client_closer_ = [this] { ramp_.close(); };
    operation_.kind = OperationKind::onramp;
    operation_.operation_id = *Uuid::parse(kId);
    operation_.payment_id = *Uuid::parse(kPayment);
    operation_.source = {95'275, Currency::USD};
    operation_.target = {952'750'000, Currency::USDC};
    operation_.account = "user \"123\"";
  }
  Outcome submit() { return run(ramp_.submit(operation_, {})); }
  Outcome query() { return run(ramp_.query(operation_, {})); }

  RampClient ramp_{client_to(url())};
  Operation operation_;
};

TEST_F(RampClientTest, SendsTheTransferWithItsKey) {
  answer(202, transfer("PENDING"));
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::pending);
  EXPECT_EQ(outcome.reference, "tr/1");
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].path, "/transfers");
  EXPECT_EQ(asked_[0].headers.find("Idempotency-Key"), kId);
  EXPECT_EQ(asked_[0].body,
            R"({"operation_id":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3","direction":"onramp",)"
            R"("source_amount":95275,"source_currency":"USD","target_currency":"USDC",)"
            R"("target_amount":952750000,"account":"user \"123\"",)"
            R"("payment_id":"11111111-7d26-4d9d-aa19-4dc1c7cf60b3"})");
}

TEST_F(RampClientTest, TheSameOperationAgainIsTheSameTransfer) {
  answer(200, transfer("SETTLED", R"(,"tx_id":"tx-9")"));
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::settled);
  EXPECT_EQ(outcome.tx_id, "tx-9");
}

TEST_F(RampClientTest, ARefundNamesTheTransferItGivesBack) {
  operation_.kind = OperationKind::refund;
  operation_.refund_of = "tr/1";
  answer(202, R"({"transfer_id":"tr-2","operation_id":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",)"
              R"("status":"PENDING"})");
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, Status::pending);
  EXPECT_EQ(outcome.reference, "tr-2");
  EXPECT_EQ(asked_[0].path_parameter("b"), "tr/1");
  EXPECT_EQ(asked_[0].path_parameter("c"), "refund");
  EXPECT_EQ(asked_[0].headers.find("Idempotency-Key"), kId);
}

TEST_F(RampClientTest, TellsWhetherItWasTurnedDownAndWhetherTheRampItselfSpoke) {
  for (const int status : {401, 403, 404, 409}) {
    answer_problem(status, "KYC_REQUIRED");
    const Outcome own = submit();
    EXPECT_TRUE(own.turned_down && own.in_own_form) << status;
    answer(status, "<html>", "text/html");
    const Outcome foreign = submit();
    EXPECT_TRUE(foreign.turned_down) << status;
    EXPECT_FALSE(foreign.in_own_form) << "of a gateway, for all that can be told";
  }
  answer_problem(500, "BROKEN");
  Outcome broken = submit();
  EXPECT_TRUE(broken.turned_down);
  EXPECT_FALSE(broken.in_own_form) << "it is not well";
  answer(502, "<html>", "text/html");
  broken = submit();
  EXPECT_FALSE(broken.turned_down);
  EXPECT_FALSE(broken.in_own_form);
}

struct Submission {
  std::string name;
  int status;
  std::string body;
  Status expected;
  bool passing = false;
  std::string type = "application/json";
};

constexpr auto kProblem = "application/problem+json";

Submission problem(std::string name, int status, Status expected, bool passing = false) {
  return {std::move(name), status,  R"({"code":"CLOSED","detail":"account closed"})",
          expected,        passing, kProblem};
}

class RampSubmissions : public RampClientTest, public testing::WithParamInterface<Submission> {};

TEST_P(RampSubmissions, AreTranslated) {
  answer(GetParam().status, GetParam().body, GetParam().type);
  const Outcome outcome = submit();
  EXPECT_EQ(outcome.status, GetParam().expected);
  EXPECT_EQ(outcome.passing, GetParam().passing);
  if (outcome.status == Status::unknown) {
    EXPECT_FALSE(outcome.answered) << "no contract says that a ramp's error comes before its work";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Contract, RampSubmissions,
    testing::Values(
        Submission{"Failed", 200, transfer("FAILED"), Status::failed},
        problem("BadRequest", 400, Status::rejected), problem("Refused", 422, Status::rejected),
        problem("Legal", 451, Status::rejected), problem("Locked", 423, Status::rejected, true),
        problem("TooMany", 429, Status::rejected, true),
        Submission{"ProblemByItsType", 422, R"({"type":"https://ramp.example/closed"})",
                   Status::rejected, false, "Application/Problem+JSON; charset=utf-8"},
        // What says no more than its status, or says it in another's words.
        Submission{"ProblemWithoutAName", 422, R"({"type":"about:blank","title":"No"})",
                   Status::unknown, false, kProblem},
        Submission{"ProblemThatIsNone", 422, "<html>", Status::unknown, false, kProblem},
        Submission{"Json", 422, R"({"code":"CLOSED"})", Status::unknown},
        Submission{"Html", 400, "<html>", Status::unknown, false, "text/html"},
        Submission{"PlainText", 422, "refused", Status::unknown, false, "text/plain"},
        Submission{"Nothing", 422, "", Status::unknown},
        // About the caller, the way or the exchange, from the provider or a gateway.
        problem("Unauthorised", 401, Status::unknown), problem("Forbidden", 403, Status::unknown),
        problem("NoSuchPath", 404, Status::unknown), problem("Timeout", 408, Status::unknown),
        problem("Conflict", 409, Status::unknown), problem("TooLarge", 413, Status::unknown),
        problem("TooEarly", 425, Status::unknown), problem("ServerError", 500, Status::unknown),
        Submission{"TooManyAtSomebodyElse", 429, "slow down", Status::unknown, false, "text/plain"},
        Submission{"BadGateway", 502, "{}", Status::unknown},
        Submission{"Redirect", 307, "", Status::unknown},
        Submission{"Garbage", 202, "ok", Status::unknown},
        Submission{"Empty", 202, "{}", Status::unknown},
        Submission{"OtherOperation", 202, transfer("PENDING", "", kPayment), Status::unknown},
        Submission{"OddStatus", 202, transfer("DONE"), Status::unknown},
        Submission{"NumberForId", 202,
                   R"({"transfer_id":7,"operation_id":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",)"
                   R"("status":"SETTLED"})",
                   Status::unknown},
        Submission{"TooLongAnId", 202,
                   R"({"transfer_id":")" + std::string(201, 't') +
                       R"(","operation_id":"4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3",)"
                       R"("status":"PENDING"})",
                   Status::unknown},
        Submission{"TwoStatuses", 202, transfer("PENDING", R"(,"status":"SETTLED")"),
                   Status::unknown}),
    [](const auto& one) { return one.param.name; });

TEST_F(RampClientTest, WordsWithoutEndAreCut) {
  const std::string endless(400'000, 'x');
  answer(200, transfer("SETTLED", R"(,"tx_id":")" + endless + "\""));
  EXPECT_EQ(query().tx_id.size(), 300U);
  answer(200, transfer("FAILED", R"(,"failure_reason":")" + endless + "\""));
  EXPECT_EQ(query().error.size(), 300U);
  answer(200, transfer("FAILED", R"(,"failure_reason":"x)" + std::string(300, '\xC3') + "\""));
  EXPECT_EQ(query().status, Status::unknown) << "not JSON";
  std::string accents = "x";
  for (int i = 0; i < 300; ++i) accents += "\xC3\xA9";
  answer(200, transfer("FAILED", R"(,"failure_reason":")" + accents + "\""));
  EXPECT_EQ(query().error, accents.substr(0, 299)) << "cut between two characters";
}

TEST_F(RampClientTest, AsksByReferenceWhenItIsKnown) {
  operation_.reference = "tr/1";
  answer(200, transfer("SETTLED", R"(,"poll_count":3,"tx_id":"tx-9","failure_reason":null)"));
  const Outcome outcome = query();
  EXPECT_EQ(outcome.status, Status::settled);
  EXPECT_EQ(outcome.tx_id, "tx-9");
  EXPECT_EQ(asked_.back().path_parameter("b"), "tr/1");
}

TEST_F(RampClientTest, AsksByOperationBefore) {
  answer(200, transfer("FAILED", R"(,"tx_id":null,"failure_reason":"bank said no")"));
  const Outcome outcome = query();
  EXPECT_EQ(outcome.status, Status::failed);
  EXPECT_EQ(outcome.error, "bank said no");
  EXPECT_EQ(outcome.reference, "tr/1");
  EXPECT_EQ(asked_.back().path, "/transfers");
  EXPECT_EQ(asked_.back().query_value("operation_id"), kId);
  answer_problem(404, "NOT_FOUND");
  EXPECT_EQ(query().status, Status::not_found);
}

TEST_F(RampClientTest, ALostReferenceIsConfirmedByTheOperation) {
  operation_.reference = "tr/1";
  answer_problem(404, "NOT_FOUND");
  answer_problem(404, "NOT_FOUND");
  EXPECT_EQ(query().status, Status::not_found);
  EXPECT_EQ(asked_.back().query_value("operation_id"), kId);
  answer_problem(404, "NOT_FOUND");
  answer(200, transfer("PENDING"));
  EXPECT_EQ(query().status, Status::pending);
}

TEST_F(RampClientTest, A404OfAGatewayIsNotTheRamps) {
  for (const std::string reference : {"", "tr/1"}) {
    operation_.reference = reference;
    for (const std::string body : {"", "404 page not found", "{}", R"({"code":"NO_ROUTE"})"}) {
      if (!reference.empty()) answer_problem(404, "NOT_FOUND");
      answer(404, body, body.starts_with('{') ? "application/json" : "text/plain");
      EXPECT_EQ(query().status, Status::unknown) << reference << body;
    }
    if (!reference.empty()) answer_problem(404, "NOT_FOUND");
    answer(404, R"({"type":"about:blank","title":"Not Found","status":404})", kProblem);
    EXPECT_EQ(query().status, Status::unknown) << reference;
  }
}

TEST_F(RampClientTest, AnyKindOf404ByReferenceLeadsToTheQuestionByOperation) {
  operation_.reference = "tr/1";
  answer(404, "", "text/plain");
  answer(200, transfer("SETTLED"));
  EXPECT_EQ(query().status, Status::settled);
  answer(404, "404 page not found", "text/plain");
  answer_problem(404, "NOT_FOUND");
  EXPECT_EQ(query().status, Status::not_found) << "only the second answer is judged";
  const std::size_t asked = asked_.size();
  answer(503, "", "text/plain");
  EXPECT_EQ(query().status, Status::unknown);
  EXPECT_EQ(asked_.size(), asked + 1);
}

TEST_F(RampClientTest, AnAnswerAboutAnotherTransferProvesNothing) {
  operation_.reference = "tr-other";
  answer(200, transfer("SETTLED"));
  EXPECT_EQ(query().status, Status::unknown);
  for (const int status : {202, 400, 403, 429, 500, 503}) {
    answer(status, "{}");
    EXPECT_EQ(query().status, Status::unknown) << status;
  }
}

TEST_F(RampClientTest, AnAnswerThatNeverCameIsUnknown) {
  remit::test::ScriptedPeer peer(
      [](remit::test::RawSocket& socket, std::size_t) { socket.read_request(); });
  RampClient ramp(client_to(peer.url()));
  const Outcome outcome = run(ramp.submit(operation_, {}));
  EXPECT_EQ(outcome.status, Status::unknown);
  EXPECT_FALSE(outcome.answered);
  ramp.close();
}

TEST_F(RampClientTest, FeesKeepTheirMeaningInEveryCurrency) {
  answer(200, R"({"percent":"1.5","fixed":75,"currency":"USD"})");
  auto fees = run(ramp_.fees({}));
  ASSERT_TRUE(fees);
  EXPECT_EQ(*fees, (FeeSchedule{150'000'000, 75'000'000}));
  answer(200, R"({"percent":0.25,"fixed":75,"currency":"JPY"})");
  fees = run(ramp_.fees({}));
  ASSERT_TRUE(fees);
  EXPECT_EQ(*fees, (FeeSchedule{25'000'000, 7'500'000'000}));
  for (const std::string body :
       {"", R"({"percent":"101","fixed":0,"currency":"USD"})",
        R"({"percent":"-1","fixed":0,"currency":"USD"})",
        R"({"percent":"1","fixed":1.5,"currency":"USD"})",
        R"({"percent":"1","fixed":0,"currency":"XXX"})", R"({"percent":"1","fixed":0})"}) {
    answer(200, body);
    EXPECT_FALSE(run(ramp_.fees({}))) << body;
  }
}

}  // namespace
}  // namespace remit::providers
