// Which callers reach a handler, and what the others are told.
#include <map>
#include <vector>

#include "server_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::net {
namespace {

constexpr ProblemCode kNoKey{"TEST_NO_KEY", 401, "There is no key"};
constexpr std::string_view kCallerKey = "11111111-2222-4333-8444-555555555555";

std::string get(const std::string& path, const std::string& key = "") {
  const std::string authorization = key.empty() ? "" : "Authorization: Bearer " + key + "\r\n";
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + authorization + "\r\n";
}

/// A key's text is the one scope that it has. What begins with "far " has to be looked up.
class FakeAuthenticator final : public Authenticator {
 public:
  [[nodiscard]] std::optional<Caller> recall(const Headers& headers) override {
    const auto key = headers.find("Authorization");
    if (!key) return fail(kNoKey, "no key");
    if (key->starts_with("Bearer far ")) return std::nullopt;
    return caller_with(key->substr(std::string_view("Bearer ").size()));
  }
  [[nodiscard]] Task<Caller> look_up(Headers headers) override {
    ++looked_up_;
    const auto key = headers.find("Authorization");
    co_return caller_with(key->substr(std::string_view("Bearer far ").size()));
  }
  [[nodiscard]] int looked_up() const { return looked_up_; }

 private:
  [[nodiscard]] static Principal caller_with(std::string_view key) {
    Scopes scopes;
    if (const auto scope = parse_scope(key)) scopes.add(*scope);
    return Principal{
        .tenant = kOtherTenant, .scopes = scopes, .key = Uuid::parse(kCallerKey), .limit = {}};
  }

  int looked_up_ = 0;
};

struct FakeLimiter final : RateLimiter {
  std::optional<Quota> take(const Principal& /*caller*/) override { return quota; }
  std::optional<Quota> quota;
};

struct Seen final : Observer {
  void on_answered(const AnsweredRequest& request) override {
    answered.push_back((request.method ? std::string(to_string(*request.method)) : "?") + " " +
                       std::string(request.route) + " " + std::to_string(request.status));
    indices.push_back(request.route_index);
    is_timed = is_timed && request.latency >= std::chrono::steady_clock::duration::zero();
  }
  std::vector<std::string> answered;
  std::vector<std::size_t> indices;
  bool is_timed = true;
};

class ServerScope : public ServerTest {
 protected:
  ServerScope() {
    partners_ = {.authenticator = &authenticator_, .limiter = &limiter_, .observer = &seen_};
    scope_ = Scope::payments_read;
    start();
  }
  ~ServerScope() override {
    loop_.call([this] { server_.reset(); });
  }

  void limit(const Quota& quota) {
    loop_.call([&] { limiter_.quota = quota; });
  }

  FakeAuthenticator authenticator_;
  FakeLimiter limiter_;
  Seen seen_;
};

TEST_F(ServerScope, AKeyWithTheScopeReachesTheHandlerAsItsTenant) {
  const auto answer = ask(get("/whose", "payments:read"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "\"tenant 2 " + std::string(kCallerKey) + "\"");
  EXPECT_EQ(authenticator_.looked_up(), 0);
}

TEST_F(ServerScope, AKeyThatMemoryDoesNotKnowIsLookedUp) {
  const auto answer = ask(get("/whose", "far payments:read"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "\"tenant 2 " + std::string(kCallerKey) + "\"");
  EXPECT_EQ(verdict(get("/whose", "far admin")), "403 FORBIDDEN");
  EXPECT_EQ(authenticator_.looked_up(), 2);
}

TEST_F(ServerScope, AKeyWithoutTheScopeIsRefused) {
  for (const std::string key : {"payments:write", "admin", "no scope"}) {
    const auto answer = ask(get("/whose", key));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 403) << key;
    EXPECT_EQ(answer->header("www-authenticate"),
              R"(Bearer realm="remit", error="insufficient_scope", scope="payments:read")");
  }
}

TEST_F(ServerScope, UnknownCallersGetTheAuthenticatorsProblem) {
  const auto answer = ask(get("/whose"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->header("www-authenticate"), R"(Bearer realm="remit")");
}

TEST_F(ServerScope, AnOpenRouteNeedsNoKey) { EXPECT_EQ(ask(get("/show"))->status, 200); }

TEST_F(ServerScope, AnOpenRouteHasNoTenant) {
  EXPECT_EQ(verdict(get("/whose-open", "payments:read")), "500 INTERNAL");
}

TEST_F(ServerScope, RoutesThatAskForAScopeNeedAnAuthenticator) {
  EXPECT_THROW(Server(loop_.context().get_executor(), settings_, make_router()), std::logic_error);
}

TEST_F(ServerScope, ALimitedCallerIsToldWhatIsLeft) {
  limit(
      {.per_second = 100, .remaining = 42, .restored = std::chrono::seconds(3), .retry_after = {}});
  const auto answer = ask(get("/whose", "payments:read"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("ratelimit-policy"), R"("default";q=100;w=1)");
  EXPECT_EQ(answer->header("ratelimit"), R"("default";r=42;t=3)");
}

TEST_F(ServerScope, ACallerBeyondItsLimitIsRefused) {
  limit({.per_second = 100,
         .remaining = 0,
         .restored = std::chrono::seconds(1),
         .retry_after = std::chrono::seconds(2)});
  const auto answer = ask(get("/whose", "payments:read"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->header("retry-after"), "2");
  EXPECT_EQ(answer->header("ratelimit"), R"("default";r=0;t=1)");
  EXPECT_NE(answer->body.find("http-problem-types#quota-exceeded"), std::string::npos);
  EXPECT_NE(answer->body.find(R"("violated-policies":["default"])"), std::string::npos);
  EXPECT_NE(answer->body.find(R"("code":"QUOTA_EXCEEDED")"), std::string::npos);
}

TEST_F(ServerScope, AnOpenRouteHasNoLimit) {
  limit({.per_second = 1, .remaining = 0, .restored = {}, .retry_after = std::chrono::seconds(1)});
  const auto answer = ask(get("/show"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->header("ratelimit"), "");
}

TEST_F(ServerScope, AnObserverSeesRouteStatusAndLatency) {
  ask(get("/whose", "payments:read"));
  ask(get("/whose"));
  ask(get("/nowhere"));
  ask("PUT /show/7 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  ask("GET /show HTTP/1.1\r\n\r\n");
  const auto answered = loop_.call([this] { return seen_.answered; });
  EXPECT_EQ(answered, (std::vector<std::string>{"GET /whose 200", "GET /whose 401", "GET  404",
                                                "PUT /show/{id} 200", "?  400"}));
  EXPECT_TRUE(loop_.call([this] { return seen_.is_timed; }));
  const std::vector<Route> routes = make_router().routes();
  const auto indices = loop_.call([this] { return seen_.indices; });
  ASSERT_EQ(indices.size(), 5U);
  EXPECT_EQ(routes.at(indices[0]).pattern, "/whose");
  EXPECT_EQ(indices[1], indices[0]);
  EXPECT_EQ(indices[2], kNoRoute);
  EXPECT_EQ(routes.at(indices[3]).pattern, "/show/{id}");
  EXPECT_EQ(indices[4], kNoRoute);
}

TEST(Scopes, HaveTheNamesOfTheContract) {
  EXPECT_EQ(to_string(Scope::payments_read), "payments:read");
  EXPECT_EQ(to_string(Scope::events_write), "events:write");
  EXPECT_EQ(to_string(Scope::admin), "admin");
  EXPECT_TRUE(Scopes::all().has(Scope::admin));
  EXPECT_FALSE(Scopes({Scope::admin}).has(Scope::payments_read));
}

TEST(Scopes, AreReadByTheirNames) {
  for (const Scope scope : key_scopes()) EXPECT_EQ(parse_scope(to_string(scope)), scope);
  EXPECT_EQ(key_scopes().size(), 13U);
  for (const std::string_view text : {"open", "", "payments", "Payments:read", "payments:read "}) {
    EXPECT_EQ(parse_scope(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace remit::net
