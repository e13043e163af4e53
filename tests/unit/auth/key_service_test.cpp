// Keys as the database keeps them.
#include "remit/auth/key_service.hpp"

#include "auth_fixture.hpp"
#include "remit/auth/key_text.hpp"

namespace remit::auth {
namespace {

using namespace std::chrono_literals;

class KeyServiceTest : public test::AuthTest {
 protected:
  Result<NewKey> rotate(TenantId tenant, Uuid id, Duration overlap = 1h) {
    return run(service_.rotate(tenant, id, overlap));
  }
  std::vector<ApiKey> list(TenantId tenant, KeyPage page = {.limit = 100, .before = {}}) {
    return run(service_.list(tenant, std::move(page))).value();
  }
  std::vector<KeyRecord> find(const std::vector<Uuid>& ids) { return run<FindKeys>(ids).value(); }
};

TEST_F(KeyServiceTest, AKeyIsFoundAsItWasMade) {
  const Timestamp expiry = *parse_timestamp("2031-01-01T00:00:00Z");
  const net::Scopes scopes({net::Scope::payments_write, net::Scope::admin});
  const NewKey made = run(service_.create(TenantId(7), {.name = "the shop's Café",
                                                        .scopes = scopes,
                                                        .limit = net::RequestLimit{10, 20},
                                                        .expires_at = expiry}))
                          .value();
  const auto shown = parse_key(made.text);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->id, made.key.id);
  const auto found = find({ids_.next(), shown->id});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].secret_hash, shown->secret_hash);
  EXPECT_EQ(found[0].tenant, kSpreadTenant);
  EXPECT_EQ(found[0].key.name, "the shop's Café");
  EXPECT_EQ(found[0].key.scopes, scopes);
  EXPECT_EQ(found[0].key.limit, (net::RequestLimit{10, 20}));
  EXPECT_EQ(found[0].key.expires_at, expiry);
  EXPECT_EQ(found[0].key.created_at, made.key.created_at);
  EXPECT_FALSE(found[0].key.last_used_at || found[0].key.revoked_at);
}

TEST_F(KeyServiceTest, NoSecretIsStored) {
  const NewKey made = make(kTenant);
  const std::string secret = made.text.substr(43, 43);
  EXPECT_EQ(sql("SELECT count(*) FROM api_key k WHERE k::text LIKE '%" + secret + "%'"), "0");
}

TEST_F(KeyServiceTest, ATenantsKeysAreListedNewestFirst) {
  std::vector<Uuid> made;
  for (int i = 0; i < 5; ++i) made.push_back(make(kTenant, std::to_string(i)).key.id);
  make(kOtherTenant);
  std::ranges::reverse(made);
  std::vector<Uuid> listed;
  KeyPage page{.limit = 2, .before = {}};
  for (auto keys = list(kTenant, page); !keys.empty(); keys = list(kTenant, page)) {
    for (const ApiKey& key : keys) listed.push_back(key.id);
    page.before.emplace(keys.back().created_at, keys.back().id);
  }
  EXPECT_EQ(listed, made);
}

TEST_F(KeyServiceTest, ARotatedKeyGoesOnForTheOverlap) {
  const NewKey old = make(kTenant, "shop");
  sql("UPDATE api_key SET expires_at = created_at + interval '30 days', requests_per_second = 5,"
      " burst = 6");
  const NewKey made = rotate(kTenant, old.key.id, 10min).value();
  EXPECT_NE(made.key.id, old.key.id);
  EXPECT_EQ(made.key.name, "shop");
  EXPECT_EQ(made.key.scopes, old.key.scopes);
  EXPECT_EQ(made.key.limit, (net::RequestLimit{5, 6}));
  EXPECT_EQ(*made.key.expires_at - made.key.created_at, 30 * 24h);
  const auto found = find({old.key.id});
  EXPECT_EQ(*found[0].key.expires_at - made.key.created_at, 10min);
}

TEST_F(KeyServiceTest, AnOverlapDoesNotProlongAKey) {
  const NewKey old = make(kTenant);
  sql("UPDATE api_key SET expires_at = created_at + interval '1 minute'");
  ASSERT_TRUE(rotate(kTenant, old.key.id, 1h));
  const auto found = find({old.key.id});
  EXPECT_EQ(*found[0].key.expires_at - found[0].key.created_at, 1min);
}

TEST_F(KeyServiceTest, AKeyThatHasEndedIsNotRotated) {
  const NewKey revoked = make(kTenant);
  ASSERT_TRUE(run(service_.revoke(kTenant.id(), revoked.key.id)));
  EXPECT_EQ(rotate(kTenant, revoked.key.id).error().code, kKeyNotActive);
  const NewKey expired = make(kTenant);
  sql("UPDATE api_key SET expires_at = now()");
  EXPECT_EQ(rotate(kTenant, expired.key.id).error().code, kKeyNotActive);
  EXPECT_EQ(list(kTenant).size(), 2U);
}

TEST_F(KeyServiceTest, AKeyIsRevokedOnceAndForEver) {
  const NewKey made = make(kTenant);
  const auto first = run(service_.revoke(kTenant.id(), made.key.id));
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->revoked_at);
  EXPECT_EQ(run(service_.revoke(kTenant.id(), made.key.id))->revoked_at, first->revoked_at);
}

TEST_F(KeyServiceTest, AnotherTenantsKeyDoesNotExist) {
  const NewKey made = make(kTenant);
  EXPECT_EQ(rotate(kOtherTenant, made.key.id).error().code, kKeyNotFound);
  EXPECT_EQ(run(service_.revoke(kOtherTenant.id(), made.key.id)).error().code, kKeyNotFound);
  EXPECT_TRUE(list(kOtherTenant).empty());
  EXPECT_FALSE(find({made.key.id})[0].key.revoked_at);
  EXPECT_TRUE(run(service_.revoke(std::nullopt, made.key.id))) << "an operator may";
}

TEST_F(KeyServiceTest, AUseIsWrittenAtMostOnceAMinute) {
  const Uuid id = make(kTenant).key.id;
  const auto touch = [&] { ASSERT_TRUE(run<TouchKeys>({id, ids_.next()})); };
  touch();
  const auto first = find({id})[0].key.last_used_at;
  ASSERT_TRUE(first);
  touch();
  EXPECT_EQ(find({id})[0].key.last_used_at, first);
  sql("UPDATE api_key SET last_used_at = now() - interval '61 seconds'");
  touch();
  EXPECT_GT(find({id})[0].key.last_used_at, first);
}

}  // namespace
}  // namespace remit::auth
