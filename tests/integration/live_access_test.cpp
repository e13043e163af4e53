// Whose events a socket is sent, and for how long.
#include <gtest/gtest.h>

#include "access_fixture.hpp"
#include "support/websocket_client.hpp"

namespace remit::test {
namespace {

class LiveAccess : public AccessFixture {
 protected:
  static WebSocketClient follow(const RemitProcess& remit, const std::string& key) {
    WebSocketClient client(remit.api().connect());
    const auto answer = client.open("/ws", "Authorization: Bearer " + key + "\r\n");
    if (!answer || answer->status != 101) throw std::runtime_error("no WebSocket was opened");
    return client;
  }
  static int status_of(const RemitProcess& remit, const std::string& fields) {
    WebSocketClient client(remit.api().connect());
    return client.open("/ws", fields).value().status;
  }
  static void charge(const RemitProcess& remit, const std::string& key) {
    const Json body = {{"correlationId", fresh_uuid()}, {"amount", 19.90}};
    ASSERT_EQ(remit.api().post("/payments", body, bearer(key)).status, 202);
  }
};

TEST_F(LiveAccess, EachTenantIsSentItsOwnEventsAlone) {
  make_tenant("first");
  make_tenant("second");
  const std::string first = make_key("first");
  const std::string second = make_key("second");
  const RemitProcess remit(config, with_keys);
  WebSocketClient client = follow(remit, second);
  charge(remit, first);
  charge(remit, second);
  const auto frame = client.read_frame();
  ASSERT_TRUE(frame);
  const Json event = Json::parse(frame->payload);
  EXPECT_EQ(event["sequence"], 1);
  const Json payments = remit.api().get("/payments", bearer(second)).json();
  EXPECT_EQ(event["resource"], "/payments/" + payments["data"][0]["payment_id"].get<std::string>());
}

TEST_F(LiveAccess, AKeyNeedsTheScope) {
  make_tenant("first");
  const std::string key = make_key("first", "payments:read");
  const RemitProcess remit(config, with_keys);
  EXPECT_EQ(status_of(remit, "Authorization: Bearer " + key + "\r\n"), 403);
  EXPECT_EQ(status_of(remit, ""), 401);
}

TEST_F(LiveAccess, ARevokedKeyEndsItsSockets) {
  make_tenant("first");
  const std::string key = make_key("first");
  const std::string other = make_key("first");
  const RemitProcess remit(config, with_keys);
  WebSocketClient client = follow(remit, key);
  WebSocketClient stays = follow(remit, other);
  ASSERT_EQ(command({"keys", "revoke", id_of(key)}).status, 0);
  EXPECT_EQ(client.read(), "close 1008 the key has ended");
  charge(remit, other);
  const auto frame = stays.read_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->opcode, 1U);
}

}  // namespace
}  // namespace remit::test
