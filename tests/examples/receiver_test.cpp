// The examples that receive webhooks: what remit has signed is kept, and nothing else.
#include <gtest/gtest.h>

#include <chrono>

#include "../integration/product_test.hpp"
#include "examples_fixture.hpp"
#include "remit/webhooks/signature.hpp"

namespace remit::test {
namespace {

using webhooks::SigningKey;

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class ReceiverExample : public ProductTest, public testing::WithParamInterface<Language> {
 protected:
  /// Returns when it listens.
  std::unique_ptr<ChildProcess> receive(const std::string& secrets) {
    auto receiver = examples.start("receive_webhooks", {"0"}, {"REMIT_WEBHOOK_SECRETS=" + secrets});
    await_said(*receiver, "listening on port ");
    const std::string said = receiver->standard_output();
    port = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind(' ') + 1)));
    return receiver;
  }
  static HttpHeaders signed_by(const std::vector<SigningKey>& keys, const std::string& body,
                               std::int64_t at = now_seconds()) {
    const webhooks::SignedContent content{.id = "evt_1_7", .timestamp_seconds = at, .body = body};
    return {{"webhook-id", "evt_1_7"},
            {"webhook-timestamp", std::to_string(at)},
            {"webhook-signature", signatures_of(keys, content)}};
  }
  int status_of(const HttpHeaders& headers, const std::string& body) const {
    return HttpApi(port).send("POST", "/", body, headers).status;
  }

  Examples examples{GetParam()};
  std::uint16_t port = 0;
};

TEST_P(ReceiverExample, TakesWhatRemitSendsBeforeDuringAndAfterARotation) {
  const RemitProcess remit(config, {"webhooks.allow_private_networks=true",
                                    "webhooks.key=" + std::string(43, 'k') + "="});
  const Json made =
      remit.api()
          .post("/webhook-endpoints", {{"url", "http://127.0.0.1:1/"}, {"events", {"payment.*"}}})
          .json();
  const std::string path = "/webhook-endpoints/" + made["id"].get<std::string>();
  const auto delivered = [&] {
    const Json url = {{"url", "http://127.0.0.1:" + std::to_string(port) + "/"}};
    EXPECT_EQ(remit.api().send("PATCH", path, url.dump()).status, 200);
    return remit.api().post(path + "/test", Json::object()).json()["status"];
  };
  const auto rotated = [&](int grace_period) {
    return remit.api()
        .post(path + "/rotate-secret", {{"grace_period_seconds", grace_period}})
        .json()["secret"]
        .get<std::string>();
  };
  const auto receiver = receive(made["secret"]);
  EXPECT_EQ(delivered(), 204);
  const std::string second = rotated(3'600);
  EXPECT_EQ(delivered(), 204) << "the old secret still fits";
  {
    const auto with_both = receive(made["secret"].get<std::string>() + " " + second);
    EXPECT_EQ(delivered(), 204);
  }
  const std::string third = rotated(0);
  const auto with_old = receive(second);
  EXPECT_EQ(delivered(), 401) << "the old secret has ended";
  const auto with_new = receive(third);
  EXPECT_EQ(delivered(), 204);
  const std::vector<Json> kept = examples.kept_webhooks();
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(Json::parse(kept[0]["body"].get<std::string>())["type"], "webhook_endpoint.test");
}

TEST_P(ReceiverExample, RefusesWhatIsNotAsItWasSigned) {
  const SigningKey key = make_signing_key(webhooks::KeyKind::shared);
  const SigningKey other = make_signing_key(webhooks::KeyKind::shared);
  const auto receiver = receive(to_text(key));
  const std::string body = R"({"type":"payment.completed","data":{"name":"Zoë"}})";
  const std::int64_t now = now_seconds();
  EXPECT_EQ(status_of(signed_by({key}, body), body + " "), 401) << "another body";
  EXPECT_EQ(status_of(signed_by({other}, body), body), 401) << "another key";
  EXPECT_EQ(status_of(signed_by({key}, body, now - 301), body), 401) << "too old";
  EXPECT_EQ(status_of(signed_by({key}, body, now + 310), body), 401) << "of the future";
  HttpHeaders changed = signed_by({key}, body);
  changed[0].second = "evt_1_8";
  EXPECT_EQ(status_of(changed, body), 401) << "another id";
  changed = signed_by({key}, body, now - 1);
  changed[1].second = std::to_string(now);
  EXPECT_EQ(status_of(changed, body), 401) << "another time";
  changed[1].second = "-1";
  EXPECT_EQ(status_of(changed, body), 401) << "no time";
  changed[2].second = "v1, v1 v2,abc ,";
  EXPECT_EQ(status_of(changed, body), 401) << "no signature";
  EXPECT_EQ(status_of({}, body), 401);
  EXPECT_TRUE(examples.kept_webhooks().empty());
}

TEST_P(ReceiverExample, KeepsADeliveryThatComesTwiceOnce) {
  const SigningKey key = make_signing_key(webhooks::KeyKind::shared);
  const SigningKey other = make_signing_key(webhooks::KeyKind::shared);
  const std::string body = R"({"type":"payment.completed"})";
  auto receiver = receive(to_text(key));
  EXPECT_EQ(status_of(signed_by({other, key}, body), body), 204) << "one of two fits";
  EXPECT_EQ(status_of(signed_by({key}, body), body), 204);
  receiver->kill();
  receiver = receive(to_text(key));
  EXPECT_EQ(status_of(signed_by({key}, body), body), 204);
  ASSERT_EQ(examples.kept_webhooks().size(), 1U);
  EXPECT_EQ(examples.kept_webhooks()[0]["body"], body);
}

/// The standard library of Python has no Ed25519.
class PairReceiverExample : public ReceiverExample {};

TEST_P(PairReceiverExample, ChecksSignaturesOfPairs) {
  const SigningKey key = make_signing_key(webhooks::KeyKind::pair);
  const auto receiver = receive(public_text(key).value());
  EXPECT_EQ(status_of(signed_by({key}, "{}"), "{ }"), 401);
  EXPECT_EQ(status_of(signed_by({key}, "{}"), "{}"), 204);
}

INSTANTIATE_TEST_SUITE_P(Python, ReceiverExample, testing::Values(Language::python));
INSTANTIATE_TEST_SUITE_P(JavaScript, ReceiverExample, testing::Values(Language::javascript));
INSTANTIATE_TEST_SUITE_P(JavaScript, PairReceiverExample, testing::Values(Language::javascript));

}  // namespace
}  // namespace remit::test
