#include <gmock/gmock.h>

#include "server_fixture.hpp"

// What of docs/openapi.json the server itself answers for: routes, media types, sizes, ids,
// methods.
namespace remit::net {
namespace {

using testing::HasSubstr;

class ServerRequest : public ServerTest {
 protected:
  ServerRequest() { start(); }
};

constexpr const char* kHost = "Host: a\r\n";

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& headers) {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// docs/security.md, API8.
TEST_F(ServerRequest, AnswersProtectThemselvesInABrowser) {
  for (const std::string& request :
       {get("/show"), get("/nowhere"), std::string("nonsense\r\n\r\n")}) {
    const auto answer = ask(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->header("cache-control"), "no-store");
    EXPECT_EQ(answer->header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer->header("content-security-policy"),
              "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(answer->header("x-frame-options"), "DENY");
    EXPECT_EQ(answer->header("referrer-policy"), "no-referrer");
  }
}

TEST_F(ServerRequest, ARequestReachesItsHandlerWhole) {
  const auto answer = ask(post("/show?a=1&b=x%20y+z&c", "{\"x\":1}",
                               "Content-Type: application/json; charset=utf-8\r\n"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->body, HasSubstr(R"("method":"POST","path":"/show")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("query":["a=1","b=x y z","c="])"));
  EXPECT_THAT(answer->body, HasSubstr(R"("body":"{\"x\":1}")"));
  EXPECT_EQ(answer->header("content-type"), "application/json");
  EXPECT_EQ(answer->header("server"), "");
  EXPECT_EQ(answer->header("date").size(), 29U);
}

TEST_F(ServerRequest, PathsAreDecoded) {
  const auto answer = ask("PUT /show/caf%C3%A9%2F1 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr("\"id\":\"caf\xC3\xA9/1\""));
  EXPECT_THAT(ask(get("http://a:80/show"))->body, HasSubstr(R"("path":"/show")"));
}

TEST_F(ServerRequest, UnknownPathsAndMethods) {
  EXPECT_EQ(verdict(get("/nowhere")), "404 NOT_FOUND");
  const auto answer = ask("DELETE /show HTTP/1.1\r\nHost: a\r\nX-Request-Id: r-1\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(answer->header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer->header("x-request-id"), "r-1");
  EXPECT_EQ(answer->header("content-type"), "application/problem+json");
  EXPECT_THAT(answer->body, HasSubstr(R"("code":"METHOD_NOT_ALLOWED")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("request_id":"r-1")"));
  EXPECT_EQ(verdict("BREW /show HTTP/1.1\r\nHost: a\r\n\r\n"), "501 NOT_IMPLEMENTED close");
  EXPECT_EQ(verdict("get /show HTTP/1.1\r\nHost: a\r\n\r\n"), "501 NOT_IMPLEMENTED close");
}

TEST_F(ServerRequest, BodiesAreJson) {
  EXPECT_EQ(verdict(post("/show", "{}", "")), "415 UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(verdict(post("/show", "{}", "Content-Type: text/plain\r\n")),
            "415 UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(verdict(post("/show", "{}", "Content-Type: application/jsonp\r\n")),
            "415 UNSUPPORTED_MEDIA_TYPE");
  EXPECT_EQ(verdict(post("/show", "{}", "Content-Type: Application/JSON ; q=1\r\n")), "200");
  EXPECT_EQ(verdict(post("/show", "", "")), "200");
}

TEST_F(ServerRequest, BodiesHaveALimit) {
  const std::string json = "Content-Type: application/json\r\n";
  EXPECT_EQ(verdict(post("/show", std::string(65'536, ' '), json)), "200");
  EXPECT_EQ(verdict(post("/show", std::string(65'537, ' '), json)), "413 PAYLOAD_TOO_LARGE close");
  EXPECT_EQ(verdict(post("/show", std::string(1'000'000, ' '), json)),
            "413 PAYLOAD_TOO_LARGE close");
  EXPECT_EQ(verdict("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n"),
            "413 PAYLOAD_TOO_LARGE close");
}

TEST_F(ServerRequest, ChunkedBodiesToo) {
  const std::string head =
      "POST /show HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  const auto answer = ask(head + "3\r\n{\"a\r\n4;ext=1\r\n\":1}\r\n0\r\nX-Trailer: t\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, HasSubstr(R"("body":"{\"a\":1}")"));
  const std::string chunk = "8000\r\n" + std::string(0x8000, ' ') + "\r\n";
  EXPECT_EQ(verdict(head + chunk + chunk + "0\r\n\r\n"), "200");
  EXPECT_EQ(verdict(head + chunk + chunk + "1\r\n \r\n0\r\n\r\n"), "413 PAYLOAD_TOO_LARGE close");
}

TEST_F(ServerRequest, TargetsAndHeadersHaveLimits) {
  EXPECT_EQ(verdict(get("/show?a=" + std::string(8'000, 'x'))), "200");
  EXPECT_EQ(verdict(get("/show?a=" + std::string(8'192, 'x'))), "414 URI_TOO_LONG close");
  EXPECT_EQ(verdict(get("/" + std::string(40'000, 'x'))), "414 URI_TOO_LONG close");
  EXPECT_EQ(verdict(get("/show", "X-Long: " + std::string(20'000, 'x') + "\r\n")),
            "431 HEADER_TOO_LARGE close");
}

TEST_F(ServerRequest, PathsAndQueriesAreValidText) {
  for (const std::string target :
       {"/%00", "/%", "/%2", "/%zz", "/%ff", "/%C0%80", "/show?a=%00", "/show?%f"}) {
    EXPECT_EQ(verdict(get(target)), "400 BAD_REQUEST close") << target;
  }
  EXPECT_EQ(verdict(get("show")), "400 BAD_REQUEST close");
  EXPECT_EQ(verdict(get("/show#part")), "400 BAD_REQUEST close");
}

TEST_F(ServerRequest, RequestIdsAreTakenOrMade) {
  EXPECT_EQ(ask(get("/show", "X-Request-Id: mine-7\r\n"))->header("x-request-id"), "mine-7");
  EXPECT_EQ(ask(get("/nowhere", "X-Request-Id: mine-7\r\n"))->header("x-request-id"), "mine-7");
  for (const std::string& bad :
       {std::string("a b"), std::string(129, 'x'), std::string("\xC3\xA9")}) {
    const auto answer = ask(get("/show", "X-Request-Id: " + bad + "\r\n"));
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->header("x-request-id"), bad);
    EXPECT_FALSE(answer->header("x-request-id").empty());
  }
  const auto two = ask(get("/show", "X-Request-Id: mine-7\r\nX-Request-Id: mine-8\r\n"));
  EXPECT_EQ(two->status, 200);
  EXPECT_EQ(two->header("x-request-id").find("mine"), std::string::npos) << "of two, neither";
  EXPECT_EQ(ask("GET /show HTTP/1.1\r\nX-Request-Id: r\r\n\r\n")->header("x-request-id"), "r");
}

TEST_F(ServerRequest, TracesAreContinued) {
  const auto answer =
      ask(get("/show", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
  EXPECT_THAT(answer->body, HasSubstr(R"("trace":"0af7651916cd43dd8448eb211c80319c")"));
}

TEST_F(ServerRequest, HeadHasNoBody) {
  test::RawSocket socket = connect();
  socket.send("HEAD /show HTTP/1.1\r\nHost: a\r\n\r\n" + get("/show"));
  const auto head = socket.read_answer(false);
  const auto whole = socket.read_answer();
  ASSERT_TRUE(head && whole);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(std::stoul(head->header("content-length")), whole->body.size() + 1);  // HEAD, not GET
  EXPECT_EQ(ask("HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", false)->status, 404);
  test::RawSocket refused = connect();
  refused.send("HEAD /show HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_TRUE(refused.read_to_end().ends_with("\r\n\r\n")) << "the answer to HEAD has no body";
}

TEST_F(ServerRequest, EmptyAnswersHaveNoLength) {
  const auto answer = ask("DELETE /empty HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->header("content-length"), "");
  EXPECT_EQ(answer->header("content-type"), "");
}

TEST_F(ServerRequest, AHandlerThatThrowsIsA500WithoutItsReason) {
  test::RawSocket socket = connect();
  socket.send(get("/throw", "X-Request-Id: r-9\r\n") + get("/show"));
  const auto answer = socket.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_THAT(answer->body, HasSubstr(R"("code":"INTERNAL")"));
  EXPECT_THAT(answer->body, HasSubstr(R"("request_id":"r-9")"));
  EXPECT_THAT(answer->body, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(socket.read_answer()->status, 200);
}

TEST_F(ServerRequest, AHandlerThatThrowsWithoutWordsIsAnswered500) {
  EXPECT_EQ(verdict(get("/throw-without-words")), "500 INTERNAL");
}

TEST_F(ServerRequest, HandlersCannotBreakTheMessage) {
  test::RawSocket socket = connect();
  socket.send(get("/sly") + get("/show"));
  const auto answer = socket.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->header("location"), "/somewhere");
  EXPECT_EQ(answer->header("x-evil"), "");
  EXPECT_NE(answer->header("x-request-id"), "forged");
  EXPECT_EQ(socket.read_answer()->status, 200);
}

TEST_F(ServerRequest, ExpectationsAreMetOrRefused) {
  test::RawSocket socket = connect();
  socket.send(
      "POST /show HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("{}");
  EXPECT_EQ(socket.read_answer()->status, 200);
  EXPECT_EQ(verdict("POST /show HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n"
                    "Expect: 100-continue\r\n\r\n"),
            "413 PAYLOAD_TOO_LARGE close");
  EXPECT_EQ(verdict(get("/show", "Expect: miracles\r\n")), "417 EXPECTATION_FAILED close");
}

}  // namespace
}  // namespace remit::net
