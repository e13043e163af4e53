// The line of each answered request.
#include <gmock/gmock.h>

#include <map>
#include <vector>

#include "remit/telemetry/log.hpp"
#include "server_fixture.hpp"
#include "support/tenants.hpp"

namespace remit::net {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kCallerKey = "11111111-2222-4333-8444-555555555555";
constexpr ProblemCode kNoKey{"TEST_NO_KEY", 401, "There is no key"};

/// Knows one caller, who may read payments.
class OneCaller final : public Authenticator {
 public:
  [[nodiscard]] std::optional<Caller> recall(const Headers& headers) override {
    const auto shown = headers.find("Authorization");
    if (!shown) return fail(kNoKey, "no key");
    if (*shown == "ended") {
      RefusedCaller refused(Problem(kNoKey, "the key has ended"));
      refused.tenant = kOtherTenant.id();
      refused.key = Uuid::parse(kCallerKey);
      return std::unexpected(std::move(refused));
    }
    return Principal{.tenant = kOtherTenant,
                     .scopes = {Scope::payments_read},
                     .key = Uuid::parse(kCallerKey),
                     .limit = {}};
  }
  [[nodiscard]] Task<Caller> look_up(Headers /*headers*/) override {
    co_return fail(kNoKey, "no key");
  }
};

class ServerAccessLog : public ServerTest {
 protected:
  ServerAccessLog() {
    settings_.log_access = true;
    partners_.authenticator = &caller_;
    scope_ = Scope::payments_read;
    telemetry::configure_logging("info", "json");
  }
  ~ServerAccessLog() override { telemetry::configure_logging("warn", "text"); }

  /// What is logged while `bytes` are sent and answered, each line an object.
  std::vector<JsonObject> lines_of(const std::string& bytes, bool has_body = true) {
    testing::internal::CaptureStderr();
    ask(bytes, has_body);
    loop_.call([] { return true; });
    telemetry::flush_log();
    std::vector<JsonObject> lines;
    std::istringstream log(testing::internal::GetCapturedStderr());
    for (std::string line; std::getline(log, line);) {
      const auto value = parse_json(line);
      if (value && json_text(value->object()->at("event")) == "\"access\"") {
        lines.push_back(*value->object());
      }
    }
    return lines;
  }

  /// The members of the only line, times left out.
  std::string line_of(const std::string& bytes, bool has_body = true) {
    const std::vector<JsonObject> lines = lines_of(bytes, has_body);
    if (lines.size() != 1) return std::to_string(lines.size()) + " lines";
    std::string text;
    for (const char* name : {"event", "level", "method", "route", "status", "tenant", "key_id",
                             "request_bytes", "response_bytes", "request_id", "trace_id"}) {
      const auto found = lines[0].find(name);
      if (found != lines[0].end()) text += std::string(name) + "=" + json_text(found->second) + " ";
    }
    EXPECT_TRUE(lines[0].contains("duration_us")) << text;
    return text;
  }

  OneCaller caller_;
};

const std::string kTrace =
    "X-Request-Id: mine-1\r\ntraceparent: "
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
const std::string kIds = R"(request_id="mine-1" trace_id="4bf92f3577b34da6a3ce929d0e0e4736" )";

TEST_F(ServerAccessLog, SaysWhoAskedForWhatAndWhatItCameTo) {
  start();
  EXPECT_EQ(
      line_of("GET /whose?secret=1 HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\n" + kTrace + "\r\n"),
      R"(event="access" level="info" method="GET" route="/whose" status=200 tenant=)" +
          std::to_string(kOtherTenant.id().value()) + R"( key_id=")" + std::string(kCallerKey) +
          R"(" request_bytes=0 response_bytes=47 )" + kIds);
  EXPECT_THAT(
      line_of("POST /show HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}"),
      HasSubstr(R"(method="POST" route="/show" status=200 request_bytes=2 response_bytes=)"));
}

TEST_F(ServerAccessLog, SaysNeitherQueryNorBodyNorKey) {
  start();
  testing::internal::CaptureStderr();
  ask("POST /show?secret=s3cret HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Authorization: Bearer s3cret\r\nContent-Length: 8\r\n\r\n\"s3cret\"");
  loop_.call([] { return true; });
  telemetry::flush_log();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("/show"));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
}

TEST_F(ServerAccessLog, ThePatternStandsForThePath) {
  start();
  EXPECT_THAT(line_of("PUT /show/4711 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              HasSubstr(R"(route="/show/{id}" status=200)"));
  EXPECT_THAT(line_of("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"),
              HasSubstr(R"(method="GET" status=404)"));
  EXPECT_THAT(
      line_of("HEAD /show HTTP/1.1\r\nHost: a\r\n\r\n", false),
      HasSubstr(R"(method="HEAD" route="/show" status=200 request_bytes=0 response_bytes=0)"));
}

TEST_F(ServerAccessLog, ARefusedCallerHasALine) {
  start();
  EXPECT_THAT(line_of("GET /whose HTTP/1.1\r\nHost: a\r\n\r\n"),
              HasSubstr(R"(route="/whose" status=401 request_bytes=0)"));
  EXPECT_THAT(line_of("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n"),
              HasSubstr(R"(route="/throw" status=500)"));
}

TEST_F(ServerAccessLog, AKeyThatHasEndedIsNamedToTheLogAlone) {
  start();
  const std::string request =
      "GET /whose HTTP/1.1\r\nHost: a\r\nAuthorization: ended\r\n" + kTrace + "\r\n";
  EXPECT_THAT(line_of(request),
              HasSubstr(R"(status=401 tenant=)" + std::to_string(kOtherTenant.id().value()) +
                        R"( key_id=")" + std::string(kCallerKey) + R"(" )"));
  const auto answer = ask(request);
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->body, Not(HasSubstr(std::string(kCallerKey))));
}

TEST_F(ServerAccessLog, ARefusalOfTheSessionHasALine) {
  settings_.max_body_bytes = 1'024;
  settings_.header_timeout = std::chrono::milliseconds(50);
  settings_.max_connections = 1;
  start();
  EXPECT_THAT(line_of("nonsense\r\n\r\n"), HasSubstr(R"(level="info" status=400)"));
  EXPECT_THAT(line_of("GET /show HTTP/1.1\r\nHo"), HasSubstr(R"(method="GET" status=408)"));
  EXPECT_THAT(
      line_of("POST /show HTTP/1.1\r\nHost: a\r\n" + kTrace + "Content-Length: 2000\r\n\r\n"),
      HasSubstr(R"(method="POST" status=413)"));
  const test::RawSocket other = connect();
  wait_until([this] { return server_->open_connections() == 1; });
  EXPECT_THAT(line_of("GET /show HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr(R"(status=503)"));
}

TEST_F(ServerAccessLog, ThereIsNoneUnlessItIsAskedFor) {
  settings_.log_access = false;
  start();
  EXPECT_EQ(line_of("GET /show HTTP/1.1\r\nHost: a\r\n\r\n"), "0 lines");
}

}  // namespace
}  // namespace remit::net
