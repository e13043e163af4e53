// Keys as the database keeps them.
#include "remit/auth/key_service.hpp"

#include <boost/asio/co_spawn.hpp>

#include "auth_fixture.hpp"
#include "remit/auth/key_text.hpp"
#include "remit/net/problems.hpp"

namespace remit::auth {
namespace {

using namespace std::chrono_literals;

class KeyServiceTest : public test::AuthTest {
 protected:
  Result<NewKey> rotate(TenantId tenant, Uuid id, Duration overlap = 1h) {
    return run(service_.rotate({.tenant = tenant, .key = {}}, id, overlap));
  }
  Result<ApiKey> revoke(TenantId tenant, Uuid id) {
    return run(service_.revoke(KeyOwner{.tenant = tenant, .key = {}}, id));
  }
  Result<NewKey> create_by(const NewKey& by) {
    return run(service_.create({.tenant = kTenant, .key = by.key.id},
                               {.name = "child", .scopes = {}, .limit = {}, .expires_at = {}}));
  }
  std::vector<ApiKey> list(TenantId tenant, KeyPage page = {.limit = 100, .before = {}}) {
    return run(service_.list(tenant, std::move(page))).value();
  }
  std::vector<KeyRecord> find(const std::vector<Uuid>& ids) { return run<FindKeys>(ids).value(); }
};

TEST_F(KeyServiceTest, AKeyIsFoundAsItWasMade) {
  const Timestamp expiry = *parse_timestamp("2031-01-01T00:00:00Z");
  const net::Scopes scopes({net::Scope::payments_write, net::Scope::admin});
  const NewKey made =
      run(service_.create({.tenant = TenantId(7), .key = {}}, {.name = "the shop's Café",
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

TEST_F(KeyServiceTest, ALimitIsChangedAndTakenAway) {
  const NewKey made = make(kTenant);
  const NewKey other = make(kTenant);
  for (const std::optional<net::RequestLimit> limit :
       {std::optional(net::RequestLimit{10, 20}), std::optional(net::RequestLimit{0, 0}),
        std::optional<net::RequestLimit>()}) {
    const auto limited = run(service_.limit(made.key.id, limit));
    ASSERT_TRUE(limited);
    EXPECT_EQ(limited->limit, limit);
    EXPECT_EQ(find({made.key.id}).at(0).key.limit, limit);
  }
  EXPECT_FALSE(find({other.key.id}).at(0).key.limit);
  EXPECT_EQ(run(service_.limit(ids_.next(), net::RequestLimit{1, 1})).error().code, kKeyNotFound);
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
  EXPECT_GE(*found[0].key.expires_at - made.key.created_at, 10min);
  EXPECT_LT(*found[0].key.expires_at - made.key.created_at, 10min + 20s);
}

TEST_F(KeyServiceTest, AnOverlapDoesNotProlongAKey) {
  const NewKey old = make(kTenant);
  sql("UPDATE api_key SET expires_at = created_at + interval '1 minute'");
  ASSERT_TRUE(rotate(kTenant, old.key.id, 1h));
  const auto found = find({old.key.id});
  EXPECT_EQ(*found[0].key.expires_at - found[0].key.created_at, 1min);
}

TEST_F(KeyServiceTest, AKeyThatIsRotatedTwiceHasASuccessorOfFullLifeEachTime) {
  const NewKey eternal = make(kTenant);
  ASSERT_TRUE(rotate(kTenant, eternal.key.id, 100s));
  EXPECT_EQ(rotate(kTenant, eternal.key.id, 100s)->key.expires_at, std::nullopt);
  const NewKey mortal = make(kTenant);
  sql("UPDATE api_key SET expires_at = created_at + interval '30 days' WHERE key_id = '" +
      mortal.key.id.to_string() + "'");
  ASSERT_TRUE(rotate(kTenant, mortal.key.id, 100s));
  const NewKey second = rotate(kTenant, mortal.key.id, 100s).value();
  EXPECT_EQ(*second.key.expires_at - second.key.created_at, 30 * 24h);
}

// The transaction of the second begins before the first has ended.
TEST_F(KeyServiceTest, OneOfManyRotationsAtOnceWinsWhenThereIsNoOverlap) {
  const NewKey old = make(kTenant);
  int made = 0;
  int ended = 0;
  constexpr int kAtOnce = 16;
  for (int i = 0; i < kAtOnce; ++i) {
    boost::asio::co_spawn(loop_, service_.rotate({.tenant = kTenant, .key = {}}, old.key.id, 0s),
                          [&](const std::exception_ptr&, const Result<NewKey>& result) {
                            made += result ? 1 : 0;
                            ++ended;
                          });
  }
  remit::test::run_until(loop_, [&] { return ended == kAtOnce; });
  EXPECT_EQ(made, 1);
}

TEST_F(KeyServiceTest, AKeyThatIsNotActiveChangesNoKeys) {
  const NewKey by = make(kTenant);
  const NewKey child = create_by(by).value();
  EXPECT_EQ(child.key.made_by, by.key.id);
  ASSERT_TRUE(revoke(kTenant, by.key.id));
  const KeyOwner owner{.tenant = kTenant, .key = by.key.id};
  EXPECT_EQ(create_by(by).error().code, net::kUnauthenticated);
  EXPECT_EQ(run(service_.rotate(owner, child.key.id, 1h)).error().code, net::kUnauthenticated);
  EXPECT_EQ(run(service_.revoke(owner, child.key.id)).error().code, net::kUnauthenticated);
  EXPECT_EQ(list(kTenant).size(), 2U);
  EXPECT_FALSE(find({child.key.id})[0].key.revoked_at);
}

TEST_F(KeyServiceTest, AKeyWithALimitPassesItOn) {
  const NewKey by = make(kTenant);
  sql("UPDATE api_key SET requests_per_second = 2, burst = 3");
  EXPECT_EQ(create_by(by)->key.limit, (net::RequestLimit{2, 3}));
}

TEST_F(KeyServiceTest, KeysOfATenantAreBoundedWhenItsOwnKeysMakeThem) {
  const NewKey by = make(kTenant);
  for (std::int64_t i = 1; i < kMostActiveKeys; ++i) ASSERT_TRUE(create_by(by));
  EXPECT_EQ(create_by(by).error().code, kTooManyKeys);
  const KeyOwner owner{.tenant = kTenant, .key = by.key.id};
  EXPECT_EQ(run(service_.rotate(owner, by.key.id, 1h)).error().code, kTooManyKeys);
  ASSERT_TRUE(revoke(kTenant, list(kTenant).front().id));
  EXPECT_TRUE(create_by(by));
  EXPECT_TRUE(rotate(kTenant, by.key.id)) << "an operator may";
}

TEST_F(KeyServiceTest, AKeyThatHasEndedIsNotRotated) {
  const NewKey revoked = make(kTenant);
  ASSERT_TRUE(revoke(kTenant, revoked.key.id));
  EXPECT_EQ(rotate(kTenant, revoked.key.id).error().code, kKeyNotActive);
  const NewKey expired = make(kTenant);
  sql("UPDATE api_key SET expires_at = now()");
  EXPECT_EQ(rotate(kTenant, expired.key.id).error().code, kKeyNotActive);
  EXPECT_EQ(list(kTenant).size(), 2U);
}

TEST_F(KeyServiceTest, AKeyIsRevokedOnceAndForEver) {
  const NewKey made = make(kTenant);
  const auto first = revoke(kTenant, made.key.id);
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->revoked_at);
  EXPECT_EQ(revoke(kTenant, made.key.id)->revoked_at, first->revoked_at);
}

TEST_F(KeyServiceTest, AnotherTenantsKeyDoesNotExist) {
  const NewKey made = make(kTenant);
  EXPECT_EQ(rotate(kOtherTenant, made.key.id).error().code, kKeyNotFound);
  EXPECT_EQ(revoke(kOtherTenant, made.key.id).error().code, kKeyNotFound);
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
