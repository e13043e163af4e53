#include "remit/sandbox/ramp_sim.hpp"

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class RampSimTest : public testing::WorldFixture {
 protected:
  static std::string order(const std::string& id, std::string_view direction = "onramp",
                           int source_amount = 100'000) {
    return R"({"operation_id":")" + id + R"(","direction":")" + std::string(direction) +
           R"(","source_amount":)" + std::to_string(source_amount) +
           R"(,"source_currency":"USD","target_currency":"USDC","target_amount":952750000,)"
           R"("account":"user123","payment_id":"p1"})";
  }
  static std::vector<net::Header> key(const std::string& id) { return {{"Idempotency-Key", id}}; }

  net::Answer transfer(int number) {
    return post("swift-onramp", "/transfers", order(uuid(number)), key(uuid(number)));
  }
  /// The id of a transfer that has settled.
  std::string settled(int number) {
    set_faults(R"({"settle_after_polls":1})");
    const std::string id = id_of(transfer(number));
    EXPECT_EQ(text_of(show(id), "status"), "\"SETTLED\"");
    return id;
  }
  net::Answer refund(const std::string& id, int number) {
    return post("swift-onramp", "/transfers/" + id + "/refund", "", key(uuid(number)));
  }
  net::Answer show(const std::string& id) { return get("swift-onramp", "/transfers/" + id); }
  void set_faults(std::string faults) {
    EXPECT_EQ(put("swift-onramp", "/admin/faults", std::move(faults)).status, 200);
  }
  static std::string id_of(const net::Answer& answer) {
    const std::string quoted = text_of(answer, "transfer_id");
    return quoted.size() == 38 ? quoted.substr(1, 36) : quoted;
  }
};

TEST_F(RampSimTest, AcceptsATransferOnceAndAnswersItsRepetitionWithTheSame) {
  const net::Answer first = transfer(1);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(text_of(first, "operation_id"), "\"" + uuid(1) + "\"");
  EXPECT_EQ(text_of(first, "status"), "\"PENDING\"");
  const net::Answer again = transfer(1);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(world_->ramp("swift-onramp").book().all().size(), 1U);
}

TEST_F(RampSimTest, TheSameKeyWithAnotherContentIsRefused) {
  transfer(1);
  const net::Answer other =
      post("swift-onramp", "/transfers", order(uuid(1), "onramp", 5), key(uuid(1)));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(text_of(other, "code"), "\"IDEMPOTENCY_KEY_REUSED\"");
}

TEST_F(RampSimTest, RefusesWhatIsNotATransfer) {
  const std::string good = order(uuid(1));
  EXPECT_EQ(post("swift-onramp", "/transfers", good).status, 400) << "no key";
  EXPECT_EQ(post("swift-onramp", "/transfers", good, key(uuid(2))).status, 400) << "another key";
  EXPECT_EQ(post("swift-onramp", "/transfers", "{", key(uuid(1))).status, 400);
  EXPECT_EQ(post("swift-onramp", "/transfers", order(uuid(1), "offramp"), key(uuid(1))).status,
            422);
  EXPECT_EQ(post("swift-onramp", "/transfers", order(uuid(1), "onramp", 0), key(uuid(1))).status,
            400);
  EXPECT_EQ(post("swift-offramp", "/transfers", order(uuid(1), "offramp"), key(uuid(1))).status,
            202);
  EXPECT_TRUE(world_->ramp("swift-onramp").book().all().empty());
}

TEST_F(RampSimTest, SettlesAfterTwoToFourPolls) {
  for (int number = 1; number <= 10; ++number) {
    const std::string id = id_of(transfer(number));
    int polls = 0;
    net::Answer answer;
    do {
      answer = show(id);
      ++polls;
      ASSERT_EQ(text_of(answer, "poll_count"), std::to_string(polls));
    } while (text_of(answer, "status") == "\"PENDING\"" && polls < 10);
    EXPECT_EQ(text_of(answer, "status"), "\"SETTLED\"");
    EXPECT_GE(polls, 2);
    EXPECT_LE(polls, 4);
    EXPECT_EQ(text_of(answer, "settled_at"), "\"2026-11-20T17:05:00.000Z\"");
    EXPECT_NE(text_of(answer, "tx_id"), "null");
  }
}

TEST_F(RampSimTest, IsFoundByOperationOrNeverReceived) {
  const std::string id = id_of(transfer(1));
  EXPECT_EQ(id_of(get("swift-onramp", "/transfers?operation_id=" + uuid(1))), id);
  EXPECT_EQ(get("swift-onramp", "/transfers?operation_id=" + uuid(2)).status, 404);
  EXPECT_EQ(get("swift-onramp", "/transfers").status, 400);
  EXPECT_EQ(show(uuid(77)).status, 404);
}

TEST_F(RampSimTest, ASettlementCanFailForGood) {
  set_faults(R"({"settle_after_polls":2,"fail_settlement_rate":1})");
  const std::string id = id_of(transfer(1));
  EXPECT_EQ(text_of(show(id), "status"), "\"PENDING\"");
  const net::Answer failed = show(id);
  EXPECT_EQ(text_of(failed, "status"), "\"FAILED\"");
  EXPECT_NE(text_of(failed, "failure_reason"), "null");
  EXPECT_EQ(text_of(failed, "settled_at"), "null");
  set_faults(R"({"fail_settlement_rate":0})");
  EXPECT_EQ(text_of(show(id), "status"), "\"FAILED\"");
  EXPECT_EQ(refund(id, 2).status, 409);
}

TEST_F(RampSimTest, GivesBackASettledTransferOnce) {
  const std::string id = settled(1);
  const net::Answer first = refund(id, 2);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(text_of(first, "operation_id"), "\"" + uuid(2) + "\"");
  const net::Answer again = refund(id, 2);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(refund(id, 3).status, 409) << "another key";
  const net::Answer polled = show(id_of(first));
  EXPECT_EQ(text_of(polled, "status"), "\"SETTLED\"");
  EXPECT_EQ(text_of(polled, "refund_of"), "\"" + id + "\"");
  EXPECT_EQ(text_of(polled, "source_currency"), "\"USDC\"");
  EXPECT_EQ(text_of(polled, "target_amount"), "100000");
  EXPECT_EQ(refund(id_of(first), 4).status, 409) << "a refund is not given back";
}

TEST_F(RampSimTest, RefundsAreForSettledTransfersAndTheirOwnKeys) {
  EXPECT_EQ(refund(uuid(50), 2).status, 404);
  set_faults(R"({"settle_after_polls":3})");
  const std::string pending = id_of(transfer(1));
  EXPECT_EQ(refund(pending, 2).status, 409);
  EXPECT_EQ(post("swift-onramp", "/transfers/" + pending + "/refund", "").status, 400);
  const std::string id = settled(3);
  EXPECT_EQ(refund(id, 1).status, 422) << "the key of another operation";
}

TEST_F(RampSimTest, ARefundThatFailedMayBeAskedForAgainUnderAnotherKey) {
  const std::string id = settled(1);
  set_faults(R"({"fail_settlement_rate":1})");
  EXPECT_EQ(text_of(show(id_of(refund(id, 2))), "status"), "\"FAILED\"");
  set_faults(R"({"fail_settlement_rate":0})");
  EXPECT_EQ(text_of(show(id_of(refund(id, 3))), "status"), "\"SETTLED\"");
}

TEST_F(RampSimTest, SaysWhatItCostsAndHowItIs) {
  EXPECT_EQ(get("swift-onramp", "/fees").body, R"({"percent":"1.0","fixed":50,"currency":"USD"})");
  EXPECT_EQ(get("swift-offramp", "/fees").body, R"({"percent":"1.5","fixed":75,"currency":"USD"})");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("swift-onramp", "/health").status, 200);
  set_faults(R"({"failing":true})");
  EXPECT_EQ(text_of(get("swift-onramp", "/health"), "failing"), "true");
}

TEST_F(RampSimTest, FailingRejectingAndLosingAnswers) {
  set_faults(R"({"failing":true})");
  EXPECT_EQ(transfer(1).status, 503);
  EXPECT_EQ(get("swift-onramp", "/fees").status, 200) << "queries go on";
  set_faults(R"({"reads":true})");
  EXPECT_EQ(get("swift-onramp", "/fees").status, 503);
  set_faults(R"({"failing":false,"reject_rate":1})");
  EXPECT_EQ(transfer(1).status, 422);
  EXPECT_TRUE(world_->ramp("swift-onramp").book().all().empty());
  set_faults(R"({"reads":false,"reject_rate":0,"drop_response_rate":1})");
  EXPECT_FALSE(call_raw("swift-onramp",
                        make_call(net::Method::post, "/transfers", order(uuid(1)), key(uuid(1)))));
  EXPECT_EQ(get("swift-onramp", "/transfers?operation_id=" + uuid(1)).status, 200);
}

TEST_F(RampSimTest, NothingSettlesWhileItIsStuck) {
  set_faults(R"({"stuck":true,"settle_after_polls":1})");
  const std::string id = id_of(transfer(1));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(text_of(show(id), "status"), "\"PENDING\"");
  set_faults(R"({"stuck":false})");
  EXPECT_EQ(text_of(show(id), "status"), "\"SETTLED\"");
}

TEST_F(RampSimTest, DoesNotFindWhatItAcceptedForAWhileByEitherId) {
  set_faults(R"({"invisible_ms":1000,"late_error_rate":1})");
  EXPECT_EQ(transfer(1).status, 500);
  EXPECT_EQ(get("swift-onramp", "/transfers?operation_id=" + uuid(1)).status, 404);
  set_faults(R"({"late_error_rate":0})");
  const net::Answer again = transfer(1);
  EXPECT_EQ(again.status, 200) << "it is on the books";
  EXPECT_EQ(show(id_of(again)).status, 404);
  clock_.advance(1s);
  EXPECT_EQ(show(id_of(again)).status, 200);
  EXPECT_EQ(get("swift-onramp", "/transfers?operation_id=" + uuid(1)).status, 200);
}

TEST_F(RampSimTest, DuplicatesWithinTheDelayEndWithOneTransfer) {
  set_faults(R"({"delay_ms":500})");
  const auto call = make_call(net::Method::post, "/transfers", order(uuid(1)), key(uuid(1)));
  const auto first = begin("swift-onramp", call);
  const auto second = begin("swift-onramp", call);
  run_until([&] { return alarms_.waiting() == 2; });
  alarms_.advance(500ms);
  run_until([&] { return first->done && second->done; });
  EXPECT_EQ(first->result->status + second->result->status, 202 + 200);
  EXPECT_EQ(first->result->body, second->result->body);
}

TEST_F(RampSimTest, ReportsWhatIsOnItsBooksInAWindow) {
  transfer(1);
  clock_.advance(1h);
  transfer(2);
  const auto count = [](const net::Answer& answer, std::string_view list) {
    const Result<net::JsonValue> body = net::parse_json(answer.body);
    return body->object()->find(list)->second.array()->size();
  };
  const std::string path = "/settlement-report?from=2026-11-20T17:05:00Z&to=";
  EXPECT_EQ(count(get("swift-onramp", path + "2026-11-20T17:05:00Z"), "transfers"), 1U);
  EXPECT_EQ(count(get("swift-onramp", path + "2026-11-20T18:05:00Z"), "transfers"), 2U);
  EXPECT_EQ(count(get("swift-onramp", "/admin/books"), "records"), 2U);
  EXPECT_EQ(get("swift-onramp", "/settlement-report?from=x").status, 400);
}

}  // namespace
}  // namespace remit::sandbox
