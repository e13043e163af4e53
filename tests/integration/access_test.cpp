// API keys as operators and clients have them: commands, requests, limits.
#include <gtest/gtest.h>

#include <set>

#include "access_fixture.hpp"

namespace remit::test {
namespace {

class AccessTest : public AccessFixture {};

TEST_F(AccessTest, AKeyIsMadeByTheCommandAndUsedInARequest) {
  const std::string key = make_key("default", "payments:write,payments:read");
  const RemitProcess remit(config, with_keys);
  const HttpAnswer accepted = remit.api().post(
      "/payments", {{"correlationId", fresh_uuid()}, {"amount", 19.90}}, bearer(key));
  EXPECT_EQ(accepted.status, 202) << accepted.body;
  EXPECT_EQ(remit.api().get("/payments", bearer(key)).json()["data"].size(), 1U);
  EXPECT_EQ(remit.api().get("/payments").status, 401);
  const HttpAnswer forbidden = remit.api().get("/api-keys", bearer(key));
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_EQ(forbidden.code(), "FORBIDDEN");
  EXPECT_NE(forbidden.header("www-authenticate").find("scope=\"admin\""), std::string::npos);
}

TEST_F(AccessTest, CommandsSayWhatIsWrong) {
  EXPECT_EQ(command({"tenants", "create", "acme"}).status, 0);
  const Ended twice = command({"tenants", "create", "acme"});
  EXPECT_EQ(twice.status, 1);
  EXPECT_NE(twice.error.find("there is a tenant acme already"), std::string::npos);
  EXPECT_EQ(command({"tenants", "create", "two words"}).status, 2);
  EXPECT_EQ(command({"tenants", "create", "wide", "--spread", "1025"}).status, 2);
  EXPECT_EQ(command({"tenants"}).status, 2);
  const Ended no_scope = command({"keys", "create", "--scopes", "payments:dream"});
  EXPECT_EQ(no_scope.status, 2);
  EXPECT_NE(no_scope.error.find("there is no scope payments:dream"), std::string::npos);
  const Ended no_tenant = command({"keys", "create", "--tenant", "none", "--scopes", "all"});
  EXPECT_EQ(no_tenant.status, 1);
  EXPECT_NE(no_tenant.error.find("there is no tenant none"), std::string::npos);
  EXPECT_EQ(command({"keys", "create", "--scopes", "all", "--expires-in", "soon"}).status, 2);
  EXPECT_EQ(command({"keys", "create", "--scopes", "all", "--expires-in", "70000000h"}).status, 2);
  EXPECT_EQ(command({"keys", "create", "--scopes", "all", "--name", "a\x1b[31m"}).status, 2);
  EXPECT_EQ(command({"keys", "revoke", "7"}).status, 2);
  EXPECT_EQ(command({"keys", "revoke", fresh_uuid()}).status, 1);
}

TEST_F(AccessTest, AnOperatorRotatesAnyKey) {
  make_tenant("acme");
  const std::string old_key = make_key("acme", "payments:read");
  const Ended rotated = command({"keys", "rotate", id_of(old_key), "--overlap", "0s", "--quiet"});
  ASSERT_EQ(rotated.status, 0) << rotated.error;
  const RemitProcess remit(config, with_keys);
  EXPECT_EQ(remit.api().get("/payments", bearer(last_line(rotated.output))).status, 200);
  EXPECT_EQ(remit.api().get("/payments", bearer(old_key)).status, 401);
  EXPECT_EQ(command({"keys", "rotate", id_of(old_key)}).status, 1);
  EXPECT_EQ(command({"keys", "rotate", fresh_uuid()}).status, 1);
  EXPECT_EQ(command({"keys", "rotate", id_of(old_key), "--overlap", "soon"}).status, 2);
}

TEST_F(AccessTest, AListIsNoReasonToMigrate) {
  for (const std::string group : {"tenants", "keys"}) {
    const Ended list = command({group, "list"});
    EXPECT_EQ(list.status, 1);
    EXPECT_NE(list.error.find("remitd migrate"), std::string::npos) << list.error;
  }
  EXPECT_EQ(sql("SELECT to_regclass('tenant') IS NULL"), "t");
}

TEST_F(AccessTest, ABoundIsTakenAwayInWordsOnly) {
  make_tenant("acme");
  EXPECT_EQ(command({"tenants", "bound", "acme", "--max-in-flight", "7"}).status, 0);
  EXPECT_EQ(command({"tenants", "bound", "acme"}).status, 2);
  EXPECT_EQ(sql("SELECT max_in_flight FROM tenant WHERE name = 'acme'"), "7");
  EXPECT_EQ(command({"tenants", "bound", "acme", "--none"}).status, 0);
  EXPECT_EQ(sql("SELECT max_in_flight IS NULL FROM tenant WHERE name = 'acme'"), "t");
}

TEST_F(AccessTest, CommandsListWhatTheyMade) {
  make_tenant("acme");
  const std::string key = make_key("acme", "quotes:read,admin", {"--name", "for the till"});
  const std::string tenants = command({"tenants", "list"}).output;
  EXPECT_NE(tenants.find("default"), std::string::npos);
  EXPECT_NE(tenants.find("acme"), std::string::npos);
  const std::string keys = command({"keys", "list", "--tenant", "acme"}).output;
  EXPECT_NE(keys.find(id_of(key)), std::string::npos);
  EXPECT_NE(keys.find("for the till, quotes:read admin"), std::string::npos);
  EXPECT_EQ(keys.find(key.substr(43, 43)), std::string::npos) << "its secret";
  EXPECT_EQ(command({"keys", "list"}).output.find(id_of(key)), std::string::npos);
}

TEST_F(AccessTest, ARevokedKeyIsRefusedByEveryInstanceWithinFiveSeconds) {
  const std::string key = make_key("default");
  const std::string admin = make_key("default", "admin");
  const RemitProcess one(config, with_keys);
  const RemitProcess other(config, with_keys);
  for (const RemitProcess* each : {&one, &other}) {
    ASSERT_EQ(each->api().get("/payments", bearer(key)).status, 200);
  }
  const HttpAnswer revoked = one.api().send("DELETE", "/api-keys/" + id_of(key), {}, bearer(admin));
  ASSERT_EQ(revoked.status, 200) << revoked.body;
  EXPECT_TRUE(revoked.json()["revoked_at"].is_string());
  for (const RemitProcess* each : {&one, &other}) {
    EXPECT_TRUE(eventually([&] { return each->api().get("/payments", bearer(key)).status == 401; },
                           std::chrono::seconds(5)));
  }
}

TEST_F(AccessTest, AKeyIsRotatedThroughTheApi) {
  const std::string admin = make_key("default", "admin");
  const RemitProcess remit(config, with_keys);
  const HttpAnswer made = remit.api().post(
      "/api-keys", {{"name", "shop"}, {"scopes", {"payments:read"}}}, bearer(admin));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string old_key = made.json()["key"];
  const std::string old_id = made.json()["id"];
  EXPECT_EQ(id_of(old_key), old_id);
  EXPECT_EQ(remit.api().get("/payments", bearer(old_key)).status, 200);

  const HttpAnswer rotated = remit.api().post("/api-keys/" + old_id + "/rotate",
                                              {{"overlap_seconds", 600}}, bearer(admin));
  ASSERT_EQ(rotated.status, 201) << rotated.body;
  const std::string new_key = rotated.json()["key"];
  for (const std::string& key : {old_key, new_key}) {
    EXPECT_EQ(remit.api().get("/payments", bearer(key)).status, 200);
  }
  const Json listed = remit.api().get("/api-keys?limit=2", bearer(admin)).json();
  ASSERT_EQ(listed["data"].size(), 2U);
  EXPECT_EQ(listed["data"][0]["id"], rotated.json()["id"]);
  EXPECT_TRUE(listed["data"][1]["expires_at"].is_string());
  ASSERT_TRUE(listed["next_cursor"].is_string());
  const Json rest =
      remit.api()
          .get("/api-keys?cursor=" + listed["next_cursor"].get<std::string>(), bearer(admin))
          .json();
  ASSERT_EQ(rest["data"].size(), 1U);
  EXPECT_EQ(rest["data"][0]["id"], id_of(admin));
  EXPECT_TRUE(rest["next_cursor"].is_null());
}

TEST_F(AccessTest, FaultsOfANewKeyAreNamedTogether) {
  const std::string admin = make_key("default", "admin");
  const RemitProcess remit(config, with_keys);
  const HttpAnswer refused =
      remit.api().post("/api-keys",
                       {{"name", ""},
                        {"scopes", {"payments:read", "open", "dreams:write"}},
                        {"expires_at", "2001-01-01T00:00:00Z"}},
                       bearer(admin));
  EXPECT_EQ(refused.status, 400);
  std::vector<std::string> pointers;
  for (const Json& fault : refused.json()["errors"]) pointers.push_back(fault["pointer"]);
  EXPECT_EQ(pointers, (std::vector<std::string>{"/name", "/scopes/1", "/scopes/2", "/expires_at"}));
  EXPECT_EQ(remit.api()
                .post("/api-keys", {{"name", "x"}, {"scopes", Json::array()}}, bearer(admin))
                .status,
            400);
}

TEST_F(AccessTest, TheLastUseOfAKeyIsWritten) {
  const std::string key = make_key("default");
  const RemitProcess remit(config, with_keys);
  ASSERT_EQ(remit.api().get("/payments", bearer(key)).status, 200);
  const std::string used = "SELECT last_used_at > created_at FROM api_key";
  EXPECT_TRUE(eventually([&] { return sql(used) == "t"; }));
}

TEST_F(AccessTest, ALimitHoldsForEachKey) {
  const std::string limited =
      make_key("default", "all", {"--requests-per-second", "1", "--burst", "3"});
  const std::string usual = make_key("default");
  std::vector<std::string> settings = with_keys;
  settings.emplace_back("limits.requests_per_second=100000");
  const RemitProcess remit(config, settings);
  const auto get = [&](const std::string& key) {
    return remit.api().get("/payments", bearer(key));
  };
  HttpAnswer last = get(limited);
  EXPECT_EQ(last.header("ratelimit-policy"), R"("default";q=1;w=1)");
  EXPECT_EQ(last.header("ratelimit"), R"("default";r=2;t=1)");
  for (int i = 0; i < 20 && last.status == 200; ++i) last = get(limited);
  EXPECT_EQ(last.status, 429);
  EXPECT_EQ(last.code(), "QUOTA_EXCEEDED");
  EXPECT_EQ(last.header("retry-after"), "1");
  EXPECT_EQ(last.header("ratelimit"), R"("default";r=0;t=3)");
  EXPECT_EQ(get(usual).status, 200);
  EXPECT_EQ(get(usual).header("ratelimit-policy"), R"("default";q=100000;w=1)");
}

TEST_F(AccessTest, ALimitIsChangedWhileItIsInForce) {
  const std::string key = make_key("default", "all", {"--requests-per-second", "1"});
  const RemitProcess remit(config, with_keys);
  const auto limit = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"keys", "limit", id_of(key)});
    return command(std::move(words));
  };
  const auto policy_is = [&](const std::string& policy) {
    return eventually(
        [&] {
          return remit.api().get("/payments", bearer(key)).header("ratelimit-policy") == policy;
        },
        std::chrono::seconds(5));
  };
  ASSERT_TRUE(policy_is(R"("default";q=1;w=1)"));
  const Ended changed = limit({"--requests-per-second", "50", "--burst", "60"});
  EXPECT_EQ(changed.status, 0) << changed.error;
  EXPECT_NE(changed.output.find("50/s, burst 60"), std::string::npos) << changed.output;
  EXPECT_TRUE(policy_is(R"("default";q=50;w=1)"));
  EXPECT_EQ(limit({"--none"}).status, 0);
  EXPECT_TRUE(policy_is(""));
  EXPECT_NE(command({"keys", "list"}).output.find(" none "), std::string::npos);
  EXPECT_EQ(limit({"--usual"}).status, 0);
  EXPECT_NE(command({"keys", "list"}).output.find(" usual "), std::string::npos);
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"--burst", "5"},
                                                {"--none", "--usual"},
                                                {"--requests-per-second", "5", "--none"},
                                                {"--requests-per-second", "many"}}) {
    EXPECT_EQ(limit(wrong).status, 2);
  }
  EXPECT_EQ(command({"keys", "limit", "7", "--none"}).status, 2);
  EXPECT_EQ(command({"keys", "limit", fresh_uuid(), "--none"}).status, 1);
}

TEST_F(AccessTest, TwoTenantsWithOneCorrelationIdAreTwoChargesAtTheProcessor) {
  make_tenant("acme");
  const std::string first = make_key("default");
  const std::string second = make_key("acme");
  const RemitProcess remit(config, with_keys);
  const Json charge = {{"correlationId", fresh_uuid()}, {"amount", 19.90}};
  Json other = charge;
  other["amount"] = 5.00;
  ASSERT_EQ(remit.api().post("/payments", charge, bearer(first)).status, 202);
  ASSERT_EQ(remit.api().post("/payments", other, bearer(second)).status, 202);
  const std::string path = "/payments/" + charge["correlationId"].get<std::string>();
  for (const std::string& key : {first, second}) {
    EXPECT_TRUE(eventually(
        [&] { return remit.api().get(path, bearer(key)).json()["status"] == "COMPLETED"; }));
  }
  std::multiset<double> amounts;
  for (const std::string& processor : kProcessors) {
    for (const Json& record : world.books(processor).at("records")) {
      amounts.insert(record.at("amount").get<double>());
    }
  }
  EXPECT_EQ(amounts, (std::multiset<double>{5.00, 19.90}));
}

// A limited client and one that shows nothing valid are answered while nothing can be asked of the
// database.
TEST_F(AccessTest, ARefusalNeedsNoDatabase) {
  const std::string key =
      make_key("default", "all", {"--requests-per-second", "1", "--burst", "1"});
  const RemitProcess remit(config, with_keys);
  ASSERT_EQ(remit.api().get("/payments", bearer(key)).status, 200);
  PostgresSession session(database);
  session.query("BEGIN; LOCK TABLE api_key, saga IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(remit.api().get("/payments", bearer(key)).status, 429);
  EXPECT_EQ(remit.api().get("/payments", bearer("remit_nonsense")).status, 401);
  EXPECT_EQ(remit.api().get("/payments").status, 401);
  session.query("ROLLBACK");
}

TEST_F(AccessTest, WithoutKeysEverybodyIsTheFirstTenant) {
  const RemitProcess remit(config);
  EXPECT_EQ(remit.api().get("/payments").status, 200);
  EXPECT_EQ(remit.api().get("/api-keys").status, 404) << "they would outlast this mode";
  EXPECT_EQ(remit.api().get("/payments", bearer("whatever")).status, 200);
}

}  // namespace
}  // namespace remit::test
