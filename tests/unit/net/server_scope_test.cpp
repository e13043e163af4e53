// Whose requests reach a handler, and what an observer is told of them.
#include <vector>

#include "server_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::net {
namespace {

constexpr ProblemCode kNoKey{"TEST_NO_KEY", 401, "There is no key"};

std::string get(const std::string& path, const std::string& key = "") {
  const std::string authorization = key.empty() ? "" : "Authorization: Bearer " + key + "\r\n";
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + authorization + "\r\n";
}

/// A key's text is the one scope that it has.
class FakeAuthenticator final : public Authenticator {
 public:
  [[nodiscard]] Result<Principal> authenticate(const Headers& headers) const override {
    const auto key = headers.find("Authorization");
    if (!key) return fail(kNoKey, "no key");
    Scopes scopes({});
    for (const Scope scope : {Scope::payments_read, Scope::payments_write, Scope::admin}) {
      if (*key == "Bearer " + std::string(to_string(scope))) scopes = {scope};
    }
    return Principal{.tenant = kOtherTenant, .key_id = "key-7", .scopes = scopes};
  }
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
    partners_ = {.authenticator = &authenticator_, .observer = &seen_};
    scope_ = Scope::payments_read;
    start();
  }
  ~ServerScope() override {
    loop_.call([this] { server_.reset(); });
  }

  FakeAuthenticator authenticator_;
  Seen seen_;
};

TEST_F(ServerScope, AKeyWithTheScopeReachesTheHandlerAsItsTenant) {
  const auto answer = ask(get("/whose", "payments:read"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "\"tenant 2 key-7\"");
}

TEST_F(ServerScope, AKeyWithoutTheScopeIsRefused) {
  for (const std::string key : {"payments:write", "admin", "no scope"}) {
    EXPECT_EQ(verdict(get("/whose", key)), "403 FORBIDDEN") << key;
  }
}

TEST_F(ServerScope, UnknownCallersGetTheAuthenticatorsProblem) {
  const auto answer = ask(get("/whose"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->header("www-authenticate"), "Bearer");
}

TEST_F(ServerScope, AnOpenRouteNeedsNoKey) { EXPECT_EQ(ask(get("/show"))->status, 200); }

TEST_F(ServerScope, AnOpenRouteHasNoTenant) {
  EXPECT_EQ(verdict(get("/whose-open", "payments:read")), "500 INTERNAL");
}

TEST_F(ServerScope, RoutesThatAskForAScopeNeedAnAuthenticator) {
  EXPECT_THROW(Server(loop_.context().get_executor(), settings_, make_router()), std::logic_error);
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

}  // namespace
}  // namespace remit::net
