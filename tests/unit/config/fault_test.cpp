// Each kind of fault, told with its source and key, and several of them together.
#include <algorithm>
#include <vector>

#include "config_fixture.hpp"

namespace remit::config {
namespace {

using FaultTest = ConfigTest;

struct Case {
  std::string given;
  std::string fault;
};

std::string message(const std::string& fault) {
  return "the configuration is not valid:\n  " + fault;
}

TEST_F(FaultTest, WrongTypesAndValuesInTheFile) {
  const std::vector<Case> cases = {
      {"[server]\nreuse_port = 1", "remit.toml:2: server.reuse_port: must be true or false"},
      {"[server]\nreuse_port = \"true\"", "remit.toml:2: server.reuse_port: must be true or false"},
      {"[server]\nmax_connections = \"9\"",
       "remit.toml:2: server.max_connections: must be an integer"},
      {"[server]\nmax_connections = 9.0",
       "remit.toml:2: server.max_connections: must be an integer"},
      {"[server]\nmax_connections = 0",
       "remit.toml:2: server.max_connections: must be between 1 and 1000000, is 0"},
      {"[server]\nlisten = 9999",
       "remit.toml:2: server.listen: must be a text or an array of texts"},
      {"[server]\nlisten = []", "remit.toml:2: server.listen: must not be empty"},
      {"[server]\nlisten = [\"127.0.0.1:1\", 2]",
       "remit.toml:2: server.listen: must be a text or an array of texts"},
      {"[server]\nidle_timeout = 60",
       "remit.toml:2: server.idle_timeout: must be a duration, such as 250ms, 30s, 5m or 2h"},
      {"[server]\nidle_timeout = \"60\"",
       "remit.toml:2: server.idle_timeout: must be a duration, such as 250ms, 30s, 5m or 2h, is "
       "\"60\""},
      {"[server]\nidle_timeout = \"0s\"",
       "remit.toml:2: server.idle_timeout: must be between 1ms and 24h, is 0s"},
      {"[server]\nidle_timeout = 2026-11-20",
       "remit.toml:2: server.idle_timeout: must be a duration, such as 250ms, 30s, 5m or 2h"},
      {"[webhooks]\nschedule = \"5s\"",
       "remit.toml:2: webhooks.schedule: must be an array of durations"},
      {"[webhooks]\nschedule = [\"5s\", \"x\"]",
       "remit.toml:2: webhooks.schedule: must be a duration, such as 250ms, 30s, 5m or 2h, is "
       "\"x\""},
      {"[database]\nurl = \"\"", "remit.toml:2: database.url: must not be empty"},
      {"[database]\nurl = \"host=a\\u0000b\"",
       "remit.toml:2: database.url: must not hold control characters"},
      {"[server]\nlisten = \"127.0.0.1\\u0000x:1\"",
       "remit.toml:2: server.listen: must not hold control characters, is \"127.0.0.1?x:1\""},
      {"[database]\nurl = 5", "remit.toml:2: database.url: must be a text"},
      {"[auth]\nmode = \"nome\"", "remit.toml:2: auth.mode: must be one of keys, none"},
      {"[charge]\ncurrency = \"USDC\"",
       "remit.toml:2: charge.currency: must be one of USD, EUR, GBP, JPY, AUD, CAD, BRL"},
      {"\"two\\nlines\" = 5", "remit.toml:1: two?lines: is not a setting"},
      {"server = 5", "remit.toml:1: server: must be a table"},
      {"[provider]\nname = \"x\"",
       "remit.toml:1: provider: must be an array of tables: write [[provider]]"},
      {"provider = [5]", "remit.toml:1: provider[0]: must be a table"},
      {"[[quotes.platform_fee]]\nbelow = 5\npercent = 1",
       "remit.toml:1: quotes.platform_fee: the last tier must have no `below`"},
      {"[[quotes.platform_fee]]\nfixed = 1",
       "remit.toml:1: quotes.platform_fee[0].percent: is missing"},
      {"[[quotes.platform_fee]]\npercent = 101",
       "remit.toml:2: quotes.platform_fee[0].percent: must be between 0 and 100, is 101"},
      {"[[quotes.platform_fee]]\npercent = -1.0",
       "remit.toml:2: quotes.platform_fee[0].percent: must be a plain non-negative decimal "
       "number, such as 19.90"},
      {"[[quotes.platform_fee]]\npercent = nan",
       "remit.toml:2: quotes.platform_fee[0].percent: must be a plain non-negative decimal "
       "number, such as 19.90"},
      {"[[quotes.platform_fee]]\nbelow = 5\npercent = 1\n[[quotes.platform_fee]]\nbelow = "
       "5\npercent = 1\n[[quotes.platform_fee]]\npercent = 1",
       "remit.toml:1: quotes.platform_fee: each tier but the last must have a `below` above that "
       "of the tier before it"},
      {"[engine]\nbackoff_min = \"2m\"",
       "remit.toml:2: engine.backoff_min: must not be longer than engine.backoff_max (1m, "
       "built-in default)"},
      {"[limits]\nburst = 20",
       "remit.toml:2: limits.burst: has no effect without limits.requests_per_second, which is 0 "
       "(built-in default)"},
      {"[limits]\nburst = 20\nrequests_per_second = 0",
       "remit.toml:2: limits.burst: has no effect without limits.requests_per_second, which is 0 "
       "(remit.toml:3)"},
  };
  for (const Case& c : cases) EXPECT_EQ(faults_of(c.given), message(c.fault)) << c.given;
}

TEST_F(FaultTest, UnknownNamesComeWithTheNearestKnownOne) {
  EXPECT_EQ(faults_of("[server]\nlisten_to = \"x\"\nlitsen = \"x\""),
            message("remit.toml:2: server.listen_to: is not a setting, did you mean "
                    "server.listen?\n  remit.toml:3: server.litsen: is not a setting, did you "
                    "mean server.listen?"));
  EXPECT_EQ(faults_of("[servers]\nport = 1"),
            message("remit.toml:1: servers: is not a setting, did you mean server?"));
  EXPECT_EQ(faults_of("colour = 1"), message("remit.toml:1: colour: is not a setting"));
}

TEST_F(FaultTest, ProvidersAreCheckedOneByOneAndAgainstEachOther) {
  const std::string head = "[[provider]]\nkind = \"processor\"\n";
  const std::string name = "name = \"a\"\n";
  const std::string url = "url = \"http://h\"\n";
  const std::vector<Case> cases = {
      {head + url, "remit.toml:1: provider[0].name: is missing"},
      {head + name, "remit.toml:1: provider[0].url: is missing"},
      {"[[provider]]\n" + name + url, "remit.toml:1: provider[0].kind: is missing"},
      {head + "name = \"\"\n" + url, "remit.toml:3: provider[0].name: must not be empty"},
      {head + "name = \"a b\"\n" + url,
       "remit.toml:3: provider[0].name: must be at most 64 letters, digits, '-', '_' and '.'"},
      {head + name + url + "role = \"main\"",
       "remit.toml:5: provider[0].role: must be one of default, fallback"},
      {head + name + url + "admin_token = \"a\\nb\"",
       "remit.toml:5: provider[0].admin_token: must not hold control characters"},
      {head + name + url + "admin_token = \"a b\"",
       "remit.toml:5: provider[0].admin_token: must be visible ASCII characters without spaces"},
      {head + name + url + "fee = { percent = \"5\", fix = 0 }",
       "remit.toml:5: provider[0].fee.fix: is not a setting, did you mean provider[0].fee.fixed?"},
      {head + name + url + "breaker = { failure_rate = 1.5 }",
       "remit.toml:5: provider[0].breaker.failure_rate: must be between 0.000001 and 1, is 1.5"},
      {head + name + url + head + name + url,
       "remit.toml:7: provider[1].name: there is another processor called a"},
      {head + name + url + "timeout = \"30s\"",
       "remit.toml:5: provider[0].timeout: must be shorter than engine.lease (30s, built-in "
       "default), is 30s: a call that outlives its lease may be repeated by another instance"},
  };
  for (const Case& c : cases) EXPECT_EQ(faults_of(c.given), message(c.fault)) << c.given;
  EXPECT_EQ(faults_of("[engine]\nlease = \"10s\"\n" + head + name + url),
            message("remit.toml:3: provider[0].timeout: must be shorter than engine.lease (10s, "
                    "remit.toml:2), is 10s: a call that outlives its lease may be repeated by "
                    "another instance"));
}

TEST_F(FaultTest, ProviderUrls) {
  const std::string head = "[[provider]]\nkind = \"rates\"\nname = \"a\"\nurl = \"";
  for (const char* url : {"", "h", "h:80", "//h", "ftp://h", "http://", "http:///x", "http://h:x",
                          "http://h:99999", "http://h:0", "http://h:", "http://u:p@h",
                          "http://h?x=1", "http://h#x", "http://h h", "unix:/x", "HTTP//h"}) {
    EXPECT_NE(faults_of(head + url + "\"").find("remit.toml:4: provider[0].url: "),
              std::string::npos)
        << url;
  }
  for (const char* url : {"http://h", "https://h.example:8443/base/", "http://127.0.0.1:8001",
                          "http://[::1]:1", "HTTPS://h", "http://processor_1:80"}) {
    EXPECT_EQ(faults_of(head + url + "\""), "none") << url;
  }
}

TEST_F(FaultTest, ListenAddressesAndOrigins) {
  for (const char* address :
       {"", "9999", ":9999", "localhost:9999", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:+1", "256.0.0.1:1", "::1:9999", "[127.0.0.1]:1", "[::1]",
        "unix:", "unix:run/x", "unix:/run/", "http://127.0.0.1:1"}) {
    request_.flags = {{"server.listen", address}};
    EXPECT_NE(faults().find("\n  command line: server.listen: "), std::string::npos) << address;
  }
  for (const char* origin : {"example.com", "https://", "https://a/b", "https://a?b", "ws://a"}) {
    request_.flags = {{"server.cors_origins", origin}};
    EXPECT_NE(faults().find("\n  command line: server.cors_origins: "), std::string::npos)
        << origin;
  }
  request_.flags = {{"server.listen", "0.0.0.0:0,[::]:1,unix:/x"},
                    {"server.cors_origins", "*, https://a.example:8443"}};
  EXPECT_EQ(faults(), "none");
  request_.flags = {{"server.listen", "unix:/" + std::string(107, 'x')}};
  EXPECT_NE(faults().find("has at most 107 bytes"), std::string::npos);
  request_.flags = {{"server.metrics_listen", "localhost"}};
  EXPECT_NE(faults().find("\n  command line: server.metrics_listen: "), std::string::npos);
  for (const char* address : {"", "0.0.0.0:9464", "unix:/run/metrics.sock"}) {
    request_.flags = {{"server.metrics_listen", address}};
    EXPECT_EQ(faults(), "none") << address;
  }
}

TEST_F(FaultTest, MetricsHaveAnAddressOfTheirOwn) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"127.0.0.1:9999", "127.0.0.1:9999"},
      {"127.0.0.1:1,127.0.0.1:9999", "127.0.0.1:09999"},
      {"[::1]:9999", "[0:0:0:0:0:0:0:1]:9999"},
      {"0.0.0.0:9999", "127.0.0.1:9999"},
      {"127.0.0.1:9999", "0.0.0.0:9999"},
      {"127.0.0.1:9999", "[::]:9999"},
      {"[::1]:9999", "[::]:9999"},
      {"unix:/run/remit.sock", "unix:/run/remit.sock"}};
  for (const auto& [listen, metrics] : refused) {
    request_.flags = {{"server.listen", listen}, {"server.metrics_listen", metrics}};
    const std::string taken = listen.substr(listen.find(',') + 1);
    EXPECT_EQ(faults(), message("command line: server.metrics_listen: " + metrics +
                                " is taken by server.listen (" + taken + ", command line)"))
        << listen;
  }
  const std::vector<std::pair<std::string, std::string>> accepted = {
      {"127.0.0.1:9999", "127.0.0.1:9464"},
      {"127.0.0.1:9999", "127.0.0.2:9999"},
      {"127.0.0.1:9999", "[::1]:9999"},
      {"127.0.0.1:0", "127.0.0.1:0"},
      {"unix:/run/remit.sock", "unix:/run/metrics.sock"},
      {"127.0.0.1:9999", ""}};
  for (const auto& [listen, metrics] : accepted) {
    request_.flags = {{"server.listen", listen}, {"server.metrics_listen", metrics}};
    EXPECT_EQ(faults(), "none") << listen << " " << metrics;
  }
}

TEST_F(FaultTest, WithoutKeysOnlyThisMachineIsServedUnlessAskedForByName) {
  for (const char* open : {"0.0.0.0:1", "[::]:1", "10.0.0.5:9999", "[2001:db8::1]:1",
                           "[::ffff:10.0.0.5]:1", "127.0.0.1:1,192.168.0.1:1"}) {
    request_.flags = {{"server.listen", open}, {"auth.mode", "none"}};
    EXPECT_NE(faults().find("\n  command line: server.listen: "), std::string::npos) << open;
    EXPECT_NE(faults().find("auth.allow_open = true"), std::string::npos) << open;
    request_.flags.emplace_back("auth.allow_open", "true");
    EXPECT_EQ(faults(), "none") << open;
    request_.flags = {{"server.listen", open}, {"auth.mode", "keys"}};
    EXPECT_EQ(faults(), "none") << open;
  }
  request_.flags = {{"server.listen", "127.0.0.1:1,127.7.7.7:1,[::1]:1,unix:/run/remit.sock"},
                    {"auth.mode", "none"}};
  EXPECT_EQ(faults(), "none");
}

TEST_F(FaultTest, TheEnvironment) {
  const std::vector<Case> cases = {
      {"REMIT_SERVER__LISTENS=127.0.0.1:1",
       "environment: REMIT_SERVER__LISTENS: is not a setting, did you mean REMIT_SERVER__LISTEN?"},
      {"REMIT_SERVER__COLOUR=1", "environment: REMIT_SERVER__COLOUR: is not a setting"},
      {"REMIT_WHAT__EVER=1", "environment: REMIT_WHAT__EVER: is not a setting"},
      {"REMIT_SERVER__MAX_CONNECTIONS=many",
       "environment REMIT_SERVER__MAX_CONNECTIONS: server.max_connections: must be an integer"},
      {"REMIT_SERVER__MAX_CONNECTIONS",
       "environment REMIT_SERVER__MAX_CONNECTIONS: server.max_connections: must be an integer"},
      {"REMIT_SERVER__REUSE_PORT=yes",
       "environment REMIT_SERVER__REUSE_PORT: server.reuse_port: must be true or false"},
      {"REMIT_ENGINE__LEASE=1d",
       "environment REMIT_ENGINE__LEASE: engine.lease: must be a duration, such as 250ms, 30s, 5m "
       "or 2h, is \"1d\""},
      {"REMIT_PROVIDERS=5",
       "environment REMIT_PROVIDERS:1: provider: must be an array of tables: write [[provider]]"},
      {"REMIT_PROVIDERS=[]\nother = 1",
       "environment REMIT_PROVIDERS: provider: must be an array of tables: write [[provider]]"},
  };
  for (const Case& c : cases) {
    request_.environment = {c.given};
    EXPECT_EQ(faults(), message(c.fault)) << c.given;
  }
  request_.environment = {"REMIT_PROVIDERS=none"};
  EXPECT_NE(faults().find("\n  environment REMIT_PROVIDERS:1: provider: "), std::string::npos);
  request_.environment = {"REMIT_RUN_PORT=9998", "REMITTER=1", "remit_server__listen=x"};
  EXPECT_EQ(warnings(), std::vector<std::string>());
}

// The library asserts that a key begins as one.
TEST_F(FaultTest, AKeyThatIsNoneIsAFaultOfTheFile) {
  for (const char* text : {"[+server]", "[[-", "[ ~x ]", "=", "+ = 1"}) {
    EXPECT_NE(faults_of(text).find("\n  remit.toml:1: "), std::string::npos) << text;
  }
}

TEST_F(FaultTest, ProvidersOfTheEnvironmentOneMemberAtATime) {
  const std::vector<std::string> whole = {"REMIT_PROVIDER__0__KIND=rates",
                                          "REMIT_PROVIDER__0__NAME=a",
                                          "REMIT_PROVIDER__0__URL=http://h"};
  const std::vector<Case> cases = {
      {"REMIT_PROVIDER__0__ULR=x",
       "environment REMIT_PROVIDER__0__ULR: provider[0].ulr: is not a setting"},
      {"REMIT_PROVIDER__0__FEE=x",
       "environment REMIT_PROVIDER__0__FEE: provider[0].fee: is not a setting"},
      {"REMIT_PROVIDER__0__FEE__FIXED=much",
       "environment REMIT_PROVIDER__0__FEE__FIXED: provider[0].fee.fixed: must be an integer"},
      {"REMIT_PROVIDER__2__URL=http://h",
       "environment REMIT_PROVIDER__2__URL: provider[2]: there are only 1 before it: count from 0 "
       "and leave none out"},
      {"REMIT_PROVIDER__X__URL=http://h", "environment: REMIT_PROVIDER__X__URL: is not a setting"},
      {"REMIT_PROVIDER__0=x",
       "environment: REMIT_PROVIDER__0: is not a setting, did you mean REMIT_PROVIDERS?"},
  };
  for (const Case& c : cases) {
    request_.environment = whole;
    request_.environment.push_back(c.given);
    EXPECT_EQ(faults(), message(c.fault)) << c.given;
  }
  request_.environment = whole;
  EXPECT_EQ(faults(), "none");
  request_.environment = {"REMIT_PROVIDER__0__KIND=rates", "REMIT_PROVIDER__0__NAME=a"};
  EXPECT_EQ(faults(), message("environment: provider[0].url: is missing"));
  write("[[provider]]\nkind = \"rates\"\nname = \"b\"\nurl = \"http://b\"\n");
  EXPECT_EQ(faults(), "none");
  request_.environment.emplace_back("REMIT_PROVIDERS=[]");
  EXPECT_EQ(faults(), message("environment: provider[0].url: is missing"));
}

/// Kubernetes tells every container of each Service in its namespace, by these names.
TEST_F(FaultTest, TheVariablesOfAServiceCalledRemitAreIgnored) {
  for (const std::string service :
       {"REMIT", "REMIT_SERVER", "REMIT_DATABASE", "REMIT_ENGINE", "REMIT_LOG", "REMIT_RATES"}) {
    for (const char* variable :
         {"_PORT=tcp://10.0.171.239:9999", "_SERVICE_HOST=10.0.171.239", "_SERVICE_PORT=9999",
          "_SERVICE_PORT_HTTP=9999", "_PORT_9999_TCP=tcp://10.0.171.239:9999",
          "_PORT_9999_TCP_PROTO=tcp", "_PORT_9999_TCP_PORT=9999",
          "_PORT_9999_TCP_ADDR=10.0.171.239"}) {
      request_.environment.push_back(service + variable);
    }
  }
  EXPECT_EQ(warnings(), std::vector<std::string>());
}

TEST_F(FaultTest, AnIgnoredVariableThatLooksLikeASettingIsWarnedOf) {
  request_.environment = {"REMIT_SERVER_LISTEN=127.0.0.1:1", "REMIT_PROVIDER=[]"};
  EXPECT_EQ(warnings(), (std::vector<std::string>{
                            "environment: REMIT_SERVER_LISTEN: is not a setting and is ignored, "
                            "did you mean REMIT_SERVER__LISTEN?",
                            "environment: REMIT_PROVIDER: is not a setting and is ignored, did "
                            "you mean REMIT_PROVIDERS?"}));
  EXPECT_EQ(loaded().server.listen, Config().server.listen);
}

/// What an operator sets and nobody reads is a promise that is not kept.
TEST_F(FaultTest, SettingsThatDoNothingYetCanOnlyBeLeftAsTheyAre) {
  const std::string provider =
      "[[provider]]\nkind = \"processor\"\nname = \"a\"\nurl = \"http://h\"\n";
  const std::vector<Case> cases = {
      {provider + "admin_token = \"t\"",
       "remit.toml:5: provider[0].admin_token: does nothing in this version: leave it out"},
  };
  for (const Case& c : cases) EXPECT_EQ(faults_of(c.given), message(c.fault)) << c.given;
  EXPECT_EQ(faults_of(provider + "admin_token = \"\""), "none");
}

TEST_F(FaultTest, AChainProviderIsWarnedOfSinceNothingUsesIt) {
  write("[[provider]]\nkind = \"chain\"\nname = \"a\"\nurl = \"http://h\"\n");
  EXPECT_EQ(loaded().providers.size(), 1U);
  ASSERT_EQ(warnings().size(), 1U);
  EXPECT_NE(warnings().front().find("provider[0].kind: this version uses no chain"),
            std::string::npos)
      << warnings().front();
}

TEST_F(FaultTest, Flags) {
  request_.flags = {{"server.lisen", "x"}, {"log.level", "loud"}};
  EXPECT_EQ(faults(),
            message("command line: server.lisen: is not a setting, did you mean server.listen?\n"
                    "  command line: log.level: must be one of debug, info, warn, error"));
}

TEST_F(FaultTest, SeveralFromAllSourcesComeTogetherOneLineEach) {
  write("[server]\nmax_connections = -1\ncolour = \"red\"\n[log]\nlevel = \"loud\"\n");
  request_.environment = {"REMIT_ENGINE__LEASE=soon", "REMIT_NO__PE=1"};
  request_.flags = {{"auth.mode", "maybe"}};
  const std::string told = faults();
  EXPECT_EQ(std::ranges::count(told, '\n'), 6) << told;
  for (const char* part : {"remit.toml:2: server.max_connections", "remit.toml:3: server.colour",
                           "remit.toml:5: log.level", "environment REMIT_ENGINE__LEASE",
                           "REMIT_NO__PE", "command line: auth.mode"}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << " in\n" << told;
  }
}

TEST_F(FaultTest, CharactersOutsideOfQuotesThatAreNotAscii) {
  // In each of the ranges in which the library took for granted which ones there are.
  for (const char* character : {"é", "ᙿ", "\u2001", "、", "ﻼ", "\u00A0", "\uFFFD", "😀"}) {
    for (const std::string before : {"", "[", "[database]\nurl = ", "[database]\nurl = 2"}) {
      const std::string told = faults_of(before + character);
      EXPECT_TRUE(told.contains("\n  remit.toml:1: ") || told.contains("\n  remit.toml:2: "))
          << before << character << ": " << told;
    }
  }
  EXPECT_TRUE(faults_of("# \U00100000").contains("remit.toml: holds characters for private use"));
  EXPECT_TRUE(faults_of("# \xC3").contains("remit.toml:1: ")) << faults();
}

TEST_F(FaultTest, BrokenTomlIsToldWithItsLineBesideTheOthers) {
  request_.environment = {"REMIT_NO__PE=1"};
  const std::string told = faults_of("[server]\nlisten = \n");
  EXPECT_NE(told.find("\n  remit.toml:2: "), std::string::npos) << told;
  EXPECT_NE(told.find("REMIT_NO__PE"), std::string::npos) << told;
  for (const char* text : {"[server]\n[server]\n", "\xFF\xFE", "a = 1\na = 2", "= 1", "[a"}) {
    EXPECT_NE(faults_of(text).find("\n  remit.toml:"), std::string::npos) << text;
  }
}

TEST_F(FaultTest, SecretsAreNotRepeated) {
  const std::string told = faults_of(
      "[[provider]]\nkind = \"processor\"\nname = \"a\"\nurl = \"http://u:s3cret@h\"\n"
      "admin_token = \"s3cret \"\n");
  EXPECT_EQ(told.find("s3cret"), std::string::npos) << told;
}

}  // namespace
}  // namespace remit::config
