#include "remit/sandbox/webhook_receiver.hpp"

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

class WebhookReceiverTest : public testing::WorldFixture {
 protected:
  std::size_t count(std::string query = {}) {
    const Result<net::JsonValue> body = net::parse_json(get("webhooks", "/received" + query).body);
    return body->object()->find("received")->second.array()->size();
  }
};

TEST_F(WebhookReceiverTest, KeepsWhatWasPostedAnywhereWithItsHeaders) {
  EXPECT_EQ(post("webhooks", "/hooks/a", R"({"n":1})", {{"webhook-id", "msg_1"}}).status, 200);
  EXPECT_EQ(post("webhooks", "/", "{}").status, 200);
  const net::Answer listed = get("webhooks", "/received?path=/hooks/a");
  EXPECT_NE(listed.body.find(R"("webhook-id":"msg_1")"), std::string::npos);
  EXPECT_NE(listed.body.find(R"("body":"{\"n\":1}")"), std::string::npos);
  EXPECT_NE(listed.body.find(R"("received_at":"2026-11-20T17:05:00.000Z")"), std::string::npos);
  EXPECT_EQ(count("?path=/hooks/a"), 1U);
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(call("webhooks", make_call(net::Method::delete_, "/received")).status, 204);
  EXPECT_EQ(count(), 0U);
}

TEST_F(WebhookReceiverTest, AnswersAsToldAndKeepsEvenWhatItRefuses) {
  put("webhooks", "/admin/faults", R"({"failing":true})");
  EXPECT_EQ(post("webhooks", "/a", "{}").status, 500);
  put("webhooks", "/admin/faults", R"({"failing":false,"status":410})");
  EXPECT_EQ(post("webhooks", "/a", "{}").status, 410);
  EXPECT_EQ(count(), 2U);
}

TEST_F(WebhookReceiverTest, CanBeSlowAndCanHangUp) {
  put("webhooks", "/admin/faults", R"({"delay_ms":1000,"drop_response_rate":1})");
  const auto pending = begin("webhooks", make_call(net::Method::post, "/a", "{}"));
  run_until([&] { return alarms_.waiting() == 1; });
  alarms_.advance(1s);
  run_until([&] { return pending->done; });
  EXPECT_FALSE(pending->result);
  EXPECT_EQ(count(), 1U);
}

TEST_F(WebhookReceiverTest, OldDeliveriesMakeRoom) {
  const std::string large(60'000, ' ');
  const std::size_t sent = WebhookReceiver::kMaxBytes / large.size() + 5;
  for (std::size_t i = 0; i < sent; ++i) post("webhooks", "/" + std::to_string(i), large + "{}");
  EXPECT_LT(world_->webhooks().received().size(), sent);
  EXPECT_EQ(world_->webhooks().received().back().path, "/" + std::to_string(sent - 1));
}

}  // namespace
}  // namespace remit::sandbox
