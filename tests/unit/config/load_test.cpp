#include "remit/config/load.hpp"

#include <algorithm>

#include "config_fixture.hpp"

namespace remit::config {
namespace {

using namespace std::chrono_literals;

using LoadTest = ConfigTest;

/// The example of the operator's guide: every setting, with its default.
constexpr std::string_view kExample = R"(
[server]
listen = "127.0.0.1:9999"        # or "unix:/run/remit.sock"; several: an array
reuse_port = false
max_connections = 10000
max_body_bytes = 65536
header_timeout = "5s"
idle_timeout = "60s"
drain_timeout = "10s"
cors_origins = []
[database]
url = "postgresql:///remit"
write_lanes = 3
read_lanes = 2
max_batch = 512
queue_limit = 20000
[auth]
mode = "keys"
allow_open = false
[idempotency]
on_duplicate = "replay"
[limits]
requests_per_second = 0
burst = 0
[charge]
currency = "BRL"
allow_purge = false
concurrency = 512
[engine]
poll_interval = "30s"
settlement_deadline = "2h"
lease = "30s"
max_attempts = 8
backoff_min = "200ms"
backoff_max = "60s"
concurrency = 512
[quotes]
valid_for = "60s"
[rates]
max_age = "60s"
[webhooks]
allow_private_networks = false
timeout = "15s"
schedule = ["0s", "5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"]
[reconciliation]
interval = "20m"
[log]
level = "info"
format = "json"
)";

constexpr std::string_view kProvider = R"(
[[provider]]
kind = "processor"
name = "default"
role = "fallback"
url = "http://127.0.0.1:8001"
timeout = "9s"
health_interval = "4s"
fee = { percent = "5.0", fixed = 30 }
breaker = { window="11s", min_calls=21, failure_rate=0.25, open_for="6s", half_open_calls=4 }
)";

TEST_F(LoadTest, CharactersOfAnyLanguageWithinQuotesAndComments) {
  write(
      "\xEF\xBB\xBF# é、\n[[provider]]\nname = \"ramp\"\nkind = \"onramp\"\n"
      "url = \"http://127.0.0.1:1\"\n[database]\nurl = \"dbname=é߿ࠀ、\uFFFD😀\"\n");
  EXPECT_EQ(loaded().database.url, "dbname=é߿ࠀ、\uFFFD😀");
}

TEST_F(LoadTest, WithoutAnySourceTheDefaultsHold) {
  const Config config = loaded();
  EXPECT_EQ(config.server.listen, std::vector<std::string>{"127.0.0.1:9999"});
  EXPECT_EQ(config.auth.mode, AuthMode::keys);
  EXPECT_TRUE(config.providers.empty());
}

TEST_F(LoadTest, TheExampleSaysTheDefaults) {
  write(std::string(kExample));
  EXPECT_EQ(print_masked(loaded()), print_masked(Config()));
}

TEST_F(LoadTest, ReadsEverySettingOfAProvider) {
  write(std::string(kProvider));
  const Config config = loaded();
  ASSERT_EQ(config.providers.size(), 1U);
  const ProviderConfig& provider = config.providers.front();
  EXPECT_EQ(provider.kind, ProviderKind::processor);
  EXPECT_EQ(provider.name, "default");
  EXPECT_EQ(provider.role, ProviderRole::fallback);
  EXPECT_EQ(provider.url, "http://127.0.0.1:8001");
  EXPECT_EQ(provider.timeout, 9s);
  EXPECT_EQ(provider.health_interval, 4s);
  EXPECT_EQ(provider.fee, (FeeSchedule{500'000'000, 30'000'000}));
  EXPECT_EQ(provider.breaker.window, 11s);
  EXPECT_EQ(provider.breaker.min_calls, 21);
  EXPECT_EQ(provider.breaker.failure_rate_millionths, 250'000);
  EXPECT_EQ(provider.breaker.open_for, 6s);
  EXPECT_EQ(provider.breaker.half_open_calls, 4);
}

TEST_F(LoadTest, ReadsPlatformFeeTiersInsteadOfTheDefaultOnes) {
  write(R"([[quotes.platform_fee]]
below = "50"
percent = "3"
fixed = "0.10"
[[quotes.platform_fee]]
percent = 1.5
)");
  const std::vector<FeeTier> tiers = loaded().quotes.platform_fee;
  ASSERT_EQ(tiers.size(), 2U);
  EXPECT_EQ(tiers[0].below_major, 50);
  EXPECT_EQ(tiers[0].fee, (FeeSchedule{300'000'000, 10'000'000}));
  EXPECT_EQ(tiers[1].below_major, 0);
  EXPECT_EQ(tiers[1].fee, (FeeSchedule{150'000'000, 0}));
}

TEST_F(LoadTest, LaterSourcesWin) {
  write("[server]\nlisten = \"127.0.0.1:1\"\nidle_timeout = \"7s\"\n[engine]\nmax_attempts = 3\n");
  request_.environment = {"PATH=/bin", "REMIT_SERVER__LISTEN=127.0.0.1:2",
                          "REMIT_ENGINE__MAX_ATTEMPTS=4"};
  request_.flags = {{"server.listen", "127.0.0.1:3"}};
  const Config config = loaded();
  EXPECT_EQ(config.server.listen, std::vector<std::string>{"127.0.0.1:3"});
  EXPECT_EQ(config.server.idle_timeout, 7s);
  EXPECT_EQ(config.engine.max_attempts, 4);
}

TEST_F(LoadTest, TheEnvironmentReachesEveryType) {
  request_.environment = {"REMIT_SERVER__LISTEN=[::1]:0, unix:/run/remit.sock",
                          "REMIT_SERVER__REUSE_PORT=true",
                          "REMIT_SERVER__CORS_ORIGINS=",
                          "REMIT_DATABASE__URL=host=db password=a=b",
                          "REMIT_AUTH__MODE=none",
                          "REMIT_CHARGE__CURRENCY=USD",
                          "REMIT_ENGINE__LEASE=45s",
                          "REMIT_QUOTES__PLATFORM_FEE=[{percent = 1}]",
                          "REMIT_LOG__LEVEL=debug"};
  const Config config = loaded();
  EXPECT_EQ(config.server.listen, (std::vector<std::string>{"[::1]:0", "unix:/run/remit.sock"}));
  EXPECT_TRUE(config.server.reuse_port);
  EXPECT_TRUE(config.server.cors_origins.empty());
  EXPECT_EQ(config.database.url, "host=db password=a=b");
  EXPECT_EQ(config.database.url_origin, "environment REMIT_DATABASE__URL");
  EXPECT_EQ(config.auth.mode, AuthMode::none);
  EXPECT_EQ(config.charge.currency, Currency::USD);
  EXPECT_EQ(config.engine.lease, 45s);
  EXPECT_EQ(config.quotes.platform_fee.size(), 1U);
  EXPECT_EQ(config.log.level, "debug");
}

TEST_F(LoadTest, ProvidersOfTheEnvironmentReplaceThoseOfTheFile) {
  write(std::string(kProvider));
  request_.environment = {
      R"(REMIT_PROVIDERS=[{kind="chain",name="a",url="https://chain.example/api"},
         {kind="rates",name="b",url="http://[::1]:8080",breaker={min_calls=5}}])"};
  const Config config = loaded();
  ASSERT_EQ(config.providers.size(), 2U);
  EXPECT_EQ(config.providers[0].kind, ProviderKind::chain);
  EXPECT_EQ(config.providers[1].breaker.min_calls, 5);
  EXPECT_EQ(config.providers[1].timeout, 10s);
}

TEST_F(LoadTest, TheEnvironmentSetsSingleMembersOfProviders) {
  write(std::string(kProvider));
  request_.environment = {"REMIT_PROVIDER__1__NAME=b",
                          "REMIT_PROVIDER__0__URL=http://processor:8080",
                          "REMIT_PROVIDER__1__KIND=onramp",
                          "REMIT_PROVIDER__1__URL=http://ramp",
                          "REMIT_PROVIDER__1__FEE__PERCENT=1.5",
                          "REMIT_PROVIDER__1__BREAKER__MIN_CALLS=5",
                          "REMIT_QUOTES__PLATFORM_FEE__0__FIXED=0.25"};
  const Config config = loaded();
  ASSERT_EQ(config.providers.size(), 2U);
  EXPECT_EQ(config.providers[0].url, "http://processor:8080");
  EXPECT_EQ(config.providers[0].name, "default");
  EXPECT_EQ(config.providers[0].timeout, 9s);
  EXPECT_EQ(config.providers[1].kind, ProviderKind::onramp);
  EXPECT_EQ(config.providers[1].name, "b");
  EXPECT_EQ(config.providers[1].fee.percent_scaled, 150'000'000);
  EXPECT_EQ(config.providers[1].breaker.min_calls, 5);
  EXPECT_EQ(config.quotes.platform_fee.at(0).fee.fixed_scaled, 25'000'000);
}

TEST_F(LoadTest, ANamedFileHasToExist) {
  request_.file = "/nowhere/remit.toml";
  EXPECT_EQ(faults(),
            "the configuration is not valid:\n  /nowhere/remit.toml: there is no such file");
  request_.file = folder_.path();
  EXPECT_NE(faults().find("is not a file"), std::string::npos);
}

TEST_F(LoadTest, ANamedFileIsReadInsteadOfTheDefaultOne) {
  write("[log]\nlevel = \"error\"\n");
  request_.file = folder_ / "other.toml";
  std::ofstream(*request_.file) << "[log]\nformat = \"text\"\n";
  const Config config = loaded();
  EXPECT_EQ(config.log.level, "info");
  EXPECT_EQ(config.log.format, "text");
}

TEST_F(LoadTest, TheEnvironmentOfTheProcessIsAsItIs) {
  const std::vector<std::string> environment = process_environment();
  EXPECT_NE(std::ranges::find_if(environment,
                                 [](const std::string& e) { return e.starts_with("PATH="); }),
            environment.end());
}

TEST_F(LoadTest, PrintedTextIsReadBack) {
  write(std::string(kProvider) +
        "[server]\nlisten = [\"127.0.0.1:1\", \"unix:/a \\\"b\\\"\"]\n"
        "[[quotes.platform_fee]]\nbelow = 7\npercent = \"0.125\"\n"
        "[[quotes.platform_fee]]\npercent = 0\nfixed = \"0.5\"\n");
  const Config config = loaded();
  std::string printed = print_masked(config);
  write(printed);
  const Config again = loaded();
  EXPECT_EQ(print_masked(again), printed);
  EXPECT_EQ(again.quotes.platform_fee.at(0).fee, config.quotes.platform_fee.at(0).fee);
  EXPECT_EQ(again.server.listen, config.server.listen);
  EXPECT_EQ(again.providers.at(0).fee, config.providers.at(0).fee);
}

TEST_F(LoadTest, SettingsThatDoNothingYetAreNotPrinted) {
  Config config;
  config.providers.emplace_back().admin_token = "t0ken";
  const std::string printed = print_masked(config);
  EXPECT_EQ(printed.find("admin_token"), std::string::npos) << printed;
}

TEST_F(LoadTest, SecretsAreNotPrinted) {
  Config config;
  config.providers.emplace_back().admin_token = "t0ken";
  for (const char* url : {"postgresql://remit:s3cret@db:5432/remit",
                          "postgres://remit:s3cret@db/remit",
                          "postgresql://remit:s3cret@with@s3cret@db/remit",
                          "postgresql://remit:s3cret/x@db/remit",
                          "postgresql://remit:s3cret?x@db/remit",
                          "postgresql://remit:p@s3cret/s3cret@db/remit",
                          "postgresql://remit:s3cret/db",
                          "postgresql://remit:5?s3cret@db/remit",
                          "postgresql://remit:p?host=s3cret@db/remit",
                          "postgresql://remit:5/s3cret@db/remit",
                          "postgresql://remit@db:5432/remit?password=p@s3cret",
                          "postgresql://remit:s3cret#x@db/remit",
                          "postgresql://remit:s3cret%zz@db/remit",
                          "postgresql://db/remit?p%61ssword=s3cret",
                          "mysql://remit:s3cret@db/remit",
                          "PASSWORD=s3cret host=db",
                          "passwd=s3cret host=db",
                          "password=a s3cret host=db",
                          "host=db s3cret",
                          "host=a@s3cret",
                          "host=db pass word=s3cret",
                          "postgresql:///remit?user=a&password=s3cret&sslmode=require",
                          "postgresql://a,b/remit?sslpassword=s3cret",
                          "host=db password=s3cret dbname=remit",
                          "password = 's3cret \\' s3cret' host=db",
                          "host=db password='s3cret",
                          "password=s3\\ s3cret",
                          "postgresql://u@h/db?password=pa&s3cret=1",
                          "password=a s3cret=c",
                          "postgresql://u:a@s3cret/c?password=b@db/remit",
                          "user= password=s3cret host=db",
                          "password=s3cret sslpassword=s3cret"}) {
    config.database.url = url;
    const std::string printed = print_masked(config);
    EXPECT_EQ(printed.find("s3cret"), std::string::npos) << printed.substr(0, 600);
    EXPECT_EQ(printed.find("t0ken"), std::string::npos);
    EXPECT_NE(printed.find("***"), std::string::npos);
  }
  config.database.url = "postgresql://remit:s3cret@db:5432/remit?sslmode=require";
  EXPECT_NE(print_masked(config).find(R"("postgresql://remit:***@db:5432/remit?sslmode=require")"),
            std::string::npos);
  for (const char* shown :
       {"postgresql:///remit",
        "postgresql://remit@[::1]:5432,db-2:5433/remit?target_session_attrs=any",
        "postgresql:///remit?host=@remit&user=remit",
        "host=/run/postgresql dbname='a b' user=remit"}) {
    config.database.url = shown;
    EXPECT_NE(print_masked(config).find("\"" + std::string(shown) + "\""), std::string::npos)
        << shown;
  }
  config.database.url = "host=db password=s3cret dbname=remit";
  EXPECT_NE(print_masked(config).find(R"("host=db password=*** dbname=remit")"), std::string::npos);
}

TEST(MaskInText, LeavesOutWhatMayBeASecret) {
  EXPECT_EQ(mask_in_text("not expected: postgresql://u:p@ss/x --set a=1"),
            "not expected: *** --set a=1");
  EXPECT_EQ(mask_in_text("host=db password = s3cret user=a"), "host=db password = *** user=a");
  EXPECT_EQ(mask_in_text("--confg remit.toml"), "--confg remit.toml");
}

}  // namespace
}  // namespace remit::config
