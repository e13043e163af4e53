// Two instances behind a real nginx, with the nginx.conf that is shipped.
#include "support/nginx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>

#include "nginx_fixture.hpp"
#include "support/certificate.hpp"
#include "support/scripted_peer.hpp"

namespace remit::test {
namespace {

TEST_F(NginxTest, AConversionAndAChargeGoThroughIt) {
  start_both();
  const Nginx nginx(addresses());
  const Json conversion = accept_conversion(nginx.api());
  const std::string charge = accept_charge(nginx.api());
  await_payment(nginx.api(), conversion.at("payment_id"), "COMPLETED");
  await_payment(nginx.api(), charge, "COMPLETED");
}

TEST_F(NginxTest, TheLogHasTheIdThatTheClientWasTold) {
  start_both();
  const Nginx nginx(addresses());
  const HttpAnswer given = nginx.api().get("/readyz", {{"X-Request-Id", "an-id-of-the-client"}});
  EXPECT_EQ(given.header("x-request-id"), "an-id-of-the-client");
  const Json line = nginx.access_line("an-id-of-the-client");
  EXPECT_EQ(line.value("uri", ""), "/readyz");
  EXPECT_EQ(line.value("status", 0), 200);

  const std::string made = nginx.api().get("/payments-summary").header("x-request-id");
  EXPECT_FALSE(made.empty());
  EXPECT_EQ(nginx.access_line(made).value("uri", ""), "/payments-summary");
}

TEST_F(NginxTest, WhenAnInstanceIsKilledTheOtherTakesEverythingThatComes) {
  start_both();
  const Nginx nginx(addresses());
  for (int i = 0; i < 8; ++i) ASSERT_EQ(nginx.api().get("/readyz").status, 200);
  instance(0).process().kill();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(nginx.api().get("/readyz").status, 200);
    accept_charge(nginx.api());
  }
}

TEST_F(NginxTest, WithoutAnInstanceItSaysSoInAProblemDocument) {
  const TemporaryFolder folder;
  const Nginx nginx({"unix:" + (folder / "1"), "unix:" + (folder / "2")});
  const HttpAnswer answer = nginx.api().get("/readyz", {{"X-Request-Id", "an-id-of-the-client"}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.code(), "OUTCOME_UNKNOWN");
  EXPECT_EQ(answer.header("x-request-id"), "an-id-of-the-client");
  EXPECT_EQ(nginx.access_line("an-id-of-the-client").value("status", 0), 503);
  EXPECT_EQ(answer.header("content-type"), "application/problem+json");
  EXPECT_EQ(answer.header("retry-after"), "1");
  EXPECT_EQ(answer.json().value("request_id", ""), answer.header("x-request-id"));
}

TEST_F(NginxTest, APostThatMayHaveArrivedIsSentOnce) {
  std::atomic<int> requests = 0;
  ScriptedPeer peer([&](RawSocket& socket, std::size_t) {
    if (!socket.read_request().empty()) ++requests;
  });
  const std::string address = "127.0.0.1:" + std::to_string(peer.port());
  const Nginx nginx({address, address});
  const HttpAnswer post = nginx.api().send("POST", "/payments", R"({"amount":1})");
  EXPECT_EQ(post.status, 503);
  EXPECT_EQ(post.code(), "OUTCOME_UNKNOWN");
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(nginx.access_line(post.header("x-request-id")).value("method", ""), "POST");
  // What is safe to repeat is asked of the other one, too.
  EXPECT_EQ(nginx.api().get("/payments").status, 503);
  EXPECT_EQ(requests, 3);
}

TEST_F(NginxTest, ABodyThatIsTooLargeIsRefusedByRemitAndAHugeOneByNginxInTheSameForm) {
  start_both();
  const Nginx nginx(addresses());
  for (const std::size_t size : {70'000U, 1'000'000U}) {
    const HttpAnswer answer = nginx.api().send("POST", "/payments", std::string(size, ' '));
    EXPECT_EQ(answer.status, 413) << size;
    EXPECT_EQ(answer.code(), "PAYLOAD_TOO_LARGE") << size;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json") << size;
  }
}

TEST_F(NginxTest, ABatchMayBeLargerThanOtherBodies) {
  start_both();
  const Nginx nginx(addresses());
  Json batch = {{"transactions", Json::array()}};
  while (batch["transactions"].size() < 1'000) {
    batch["transactions"].push_back({{"transaction_id", fresh_uuid()},
                                     {"from_user_id", "missing"},
                                     {"to_user_id", "missing-too"},
                                     {"amount", 1}});
  }
  const std::string body = batch.dump();
  ASSERT_GT(body.size(), 100'000U);
  const HttpHeaders headers = {{"Idempotency-Key", fresh_key()}};
  const HttpAnswer answer = nginx.api().send("POST", "/transactions/batch", body, headers);
  EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 500);
  EXPECT_EQ(answer.json()["data"].size(), 1'000U);
  const std::string large = "[\"" + std::string(1'100'000, 'x') + "\"]";
  const HttpAnswer refused = nginx.api().send("POST", "/transactions/batch", large, headers);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.code(), "PAYLOAD_TOO_LARGE");
}

TEST_F(NginxTest, HeadersThatAreTooLargeAreRefusedInTheSameForm) {
  start_both();
  const Nginx nginx(addresses());
  const HttpAnswer header = nginx.api().get("/readyz", {{"X-Long", std::string(20'000, 'a')}});
  EXPECT_EQ(header.status, 431);
  EXPECT_EQ(header.code(), "HEADER_TOO_LARGE");
  const HttpAnswer target = nginx.api().get("/" + std::string(20'000, 'a'));
  EXPECT_EQ(target.status, 414);
  EXPECT_EQ(target.code(), "URI_TOO_LONG");
}

TEST_F(NginxTest, ItsOwnRefusalsHaveTheSameForm) {
  start_both();
  const Nginx nginx(addresses());
  const auto refusal = [&](const std::string& request) {
    RawSocket socket = nginx.api().connect();
    socket.send(request);
    const auto answer = socket.read_answer();
    if (!answer || answer->header("content-type") != "application/problem+json") return Json();
    Json problem = Json::parse(answer->body);
    EXPECT_EQ(problem.at("status"), answer->status);
    EXPECT_EQ(problem.at("request_id"), answer->header("x-request-id"));
    return problem.at("code");
  };
  EXPECT_EQ(refusal("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), "METHOD_NOT_ALLOWED");
  EXPECT_EQ(refusal("GET / HTTP/3.0\r\nHost: a\r\n\r\n"), "HTTP_VERSION_NOT_SUPPORTED");
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), "BAD_REQUEST");
  EXPECT_EQ(refusal("GET /nginx-problem HTTP/1.1\r\nHost: a\r\n\r\n"), "NOT_FOUND");
  // Nothing of a client gets into the document unless it is harmless there.
  EXPECT_EQ(refusal("TRACE / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \",\"x\":\"\r\n\r\n"),
            "METHOD_NOT_ALLOWED");
}

TEST_F(NginxTest, AnInstanceThatHangsGetsNoFurtherRequests) {
  start_both();
  const Nginx nginx(addresses());
  instance(0).process().signal(SIGSTOP);
  // It has one at most, whose client waits.
  std::vector<RawSocket> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(nginx.api().connect());
    clients.back().send(http_request("GET", "/readyz", ""));
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(nginx.api().get("/readyz").status, 200);
  instance(0).process().signal(SIGCONT);
  for (RawSocket& client : clients) {
    const auto answer = client.read_answer();
    EXPECT_EQ(answer ? answer->status : 0, 200);
  }
}

TEST_F(NginxTest, AClientOfHttp10NeedsNoHost) {
  start_both();
  const Nginx nginx(addresses());
  RawSocket socket = nginx.api().connect();
  socket.send("GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(socket.read_to_end(), testing::StartsWith("HTTP/1.1 200 "));
}

TEST_F(NginxTest, AWebSocketIsPassedThrough) {
  std::string asked;
  ScriptedPeer peer([&](RawSocket& socket, std::size_t) {
    asked = socket.read_request();
    socket.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.send("echo " + socket.read_until("\n"));
  });
  const std::string address = "127.0.0.1:" + std::to_string(peer.port());
  const Nginx nginx({address, address});
  RawSocket socket = nginx.api().connect();
  socket.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_NE(socket.read_until("\r\n\r\n").find(" 101 "), std::string::npos);
  socket.send("frame\n");
  EXPECT_EQ(socket.read_until("\n"), "echo frame\n");
  EXPECT_NE(asked.find("Upgrade: websocket\r\n"), std::string::npos) << asked;
  EXPECT_NE(asked.find("Connection: upgrade\r\n"), std::string::npos) << asked;
}

TEST_F(NginxTest, TheLineOfAWebSocketSaysHowMuchWasSent) {
  const std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
  ScriptedPeer peer([&head](RawSocket& socket, std::size_t) {
    socket.read_request();
    socket.send(head + std::string(5'000, 'x') + "\n");
  });
  const std::string address = "127.0.0.1:" + std::to_string(peer.port());
  const Nginx nginx({address, address});
  RawSocket socket = nginx.api().connect();
  socket.send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "X-Request-Id: follower\r\n\r\n");
  const std::size_t received = socket.read_to_end().size();
  EXPECT_GT(received, 5'000U);
  EXPECT_EQ(nginx.access_line("follower")["bytes"], received);
}

TEST_F(NginxTest, ConnectionsToAnInstanceAreKept) {
  std::atomic<int> connections = 0;
  ScriptedPeer peer([&](RawSocket& socket, std::size_t) {
    ++connections;
    while (!socket.read_request().empty()) socket.send(ok_answer("{}"));
  });
  const std::string address = "127.0.0.1:" + std::to_string(peer.port());
  const Nginx nginx({address, address});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(nginx.api().get("/").status, 200);
  EXPECT_LE(connections, 2) << "one to each of two";
}

TEST_F(NginxTest, TheLinesForLimitsCanBeSwitchedOn) {
  start_both();
  const Nginx nginx(addresses(), {.rate = "1r/m"});
  // One, and the burst of two.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(nginx.api().get("/readyz").status, 200);
  const HttpAnswer refused = nginx.api().send("POST", "/payments", R"({"amount":1})");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.code(), "RATE_LIMITED");
  EXPECT_EQ(refused.header("content-type"), "application/problem+json");
  EXPECT_EQ(refused.header("retry-after"), "1");
}

TEST_F(NginxTest, TheLinesForTlsCanBeSwitchedOn) {
  start_both();
  const PemPair identity = make_certificate("DNS:remit.test");
  const Nginx nginx(addresses(), {.certificate = identity.certificate, .key = identity.key});
  ChildProcess curl({"/usr/bin/curl", "-sS", "--insecure", "--unix-socket", nginx.tls_socket(),
                     "https://remit.test/readyz"});
  EXPECT_EQ(curl.wait(std::chrono::seconds(30)), 0) << curl.standard_error();
  EXPECT_EQ(curl.standard_output(), R"({"status":"ready"})");
}

}  // namespace
}  // namespace remit::test
