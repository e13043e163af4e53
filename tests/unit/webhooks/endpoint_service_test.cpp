// Endpoints as the database keeps them.
#include "remit/webhooks/endpoint_service.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "remit/base/base64.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::webhooks {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string key_text(char of) { return base64_encode(std::string(32, of)); }

class EndpointServiceTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return remit::test::run(loop_, std::move(task));
  }
  static EndpointWish wish(const std::string& url = "https://shop.example/hooks") {
    EndpointWish wish;
    wish.url = url;
    wish.events = {"payment.*", "wallet.updated"};
    return wish;
  }
  NewSecret make(EndpointWish wanted = wish(), KeyKind kind = KeyKind::shared,
                 Tenant tenant = kTenant) {
    return run(service_.create(tenant, std::move(wanted), kind)).value();
  }
  Endpoint change(const Uuid& id, EndpointWish wanted) {
    return run(service_.change(kTenant, id, std::move(wanted))).value();
  }
  std::vector<SigningKey> keys_of(const Uuid& id) {
    return run(service_.destination(kTenant, id)).value().keys;
  }
  std::string sql(const std::string& query) { return session_.query(query); }
  EndpointService with_keys(const std::string& keys) {
    return {lanes_, ids_, KeyRing::parse(keys).value(), {}};
  }

  std::string url_ = remit::test::migrated_database();
  remit::test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 2}};
  SeededUuidSource ids_{1};
  EndpointService service_ = with_keys(key_text('a'));
};

TEST_F(EndpointServiceTest, AnEndpointIsFoundAsItWasMade) {
  EndpointWish wanted = wish();
  wanted.description = "the shop's Café";
  wanted.mode = Mode::thin;
  wanted.max_per_second = 7;
  wanted.headers = std::vector<net::Header>{{"Authorization", "Bearer s3cret"}, {"X-Shop", "1"}};
  const NewSecret made = make(wanted);
  const Endpoint found = run(service_.find(kTenant, made.endpoint.id)).value();
  EXPECT_EQ(found.url, wanted.url);
  EXPECT_EQ(found.events, wanted.events);
  EXPECT_EQ(found.description, "the shop's Café");
  EXPECT_EQ(found.mode, Mode::thin);
  EXPECT_EQ(found.max_per_second, 7);
  EXPECT_THAT(found.header_names, ElementsAre("Authorization", "X-Shop"));
  EXPECT_EQ(found.signature, KeyKind::shared);
  EXPECT_EQ(found.disabled_reason, "");
  EXPECT_EQ(found.created_at, made.endpoint.created_at);
  EXPECT_EQ(found.updated_at, found.created_at);
  EXPECT_EQ(kTenant.bucket_of(found.id), kTenant.home());
}

TEST_F(EndpointServiceTest, NoSecretIsInTheDatabase) {
  EndpointWish wanted = wish();
  wanted.headers = std::vector<net::Header>{{"Authorization", "Bearer s3cret"}};
  const NewSecret made = make(wanted);
  ASSERT_TRUE(parse_signing_key(made.secret));
  const std::string rows = sql("SELECT string_agg(e::text, ' ') FROM webhook_endpoint e");
  EXPECT_THAT(rows, Not(HasSubstr("s3cret")));
  EXPECT_THAT(rows, Not(HasSubstr(made.secret.substr(6))));
  EXPECT_THAT(rows, HasSubstr("shop.example"));
  const Destination where = run(service_.destination(kTenant, made.endpoint.id)).value();
  EXPECT_EQ(where.url, *wanted.url);
  ASSERT_THAT(where.headers, SizeIs(1));
  EXPECT_EQ(where.headers[0].value, "Bearer s3cret") << "but deliveries have it";
}

TEST_F(EndpointServiceTest, DeliveriesAreSignedWithTheSecretThatWasShown) {
  const NewSecret made = make();
  EXPECT_THAT(keys_of(made.endpoint.id), ElementsAre(parse_signing_key(made.secret).value()));
}

TEST_F(EndpointServiceTest, APairIsShownByItsPublicKeyAlone) {
  const NewSecret made = make(wish(), KeyKind::pair);
  EXPECT_EQ(made.secret, "");
  const auto keys = keys_of(made.endpoint.id);
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(made.endpoint.public_key, public_text(keys[0]));
  const auto shown = run(service_.public_keys(kTenant)).value();
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0].text, made.endpoint.public_key);
  EXPECT_FALSE(shown[0].valid_until);
  EXPECT_THAT(run(service_.public_keys(kOtherTenant)).value(), IsEmpty());
}

TEST_F(EndpointServiceTest, BothSecretsSignDuringARotation) {
  const NewSecret made = make();
  const Uuid id = made.endpoint.id;
  const NewSecret rotated = run(service_.rotate(kTenant, id, 1h, {})).value();
  EXPECT_NE(rotated.secret, made.secret);
  EXPECT_TRUE(rotated.endpoint.previous_until);
  EXPECT_THAT(keys_of(id), ElementsAre(parse_signing_key(rotated.secret).value(),
                                       parse_signing_key(made.secret).value()));
  sql("UPDATE webhook_endpoint SET previous_until = now()");
  EXPECT_THAT(keys_of(id), SizeIs(1)) << "its time is over";
  EXPECT_FALSE(run(service_.find(kTenant, id))->previous_until);
}

TEST_F(EndpointServiceTest, ARotationWithoutGraceEndsTheOldSecretAtOnce) {
  const Uuid id = make().endpoint.id;
  const NewSecret rotated = run(service_.rotate(kTenant, id, 0s, {})).value();
  EXPECT_FALSE(rotated.endpoint.previous_until);
  EXPECT_THAT(keys_of(id), ElementsAre(parse_signing_key(rotated.secret).value()));
}

TEST_F(EndpointServiceTest, ARotationMayChangeTheKindOfTheSecret) {
  const NewSecret made = make(wish(), KeyKind::pair);
  const Uuid id = made.endpoint.id;
  const NewSecret again = run(service_.rotate(kTenant, id, 1h, {})).value();
  EXPECT_EQ(again.endpoint.signature, KeyKind::pair) << "as before";
  const auto keys = run(service_.public_keys(kTenant)).value();
  ASSERT_THAT(keys, SizeIs(2));
  EXPECT_EQ(keys[0].text, again.endpoint.public_key);
  EXPECT_EQ(keys[1].text, made.endpoint.public_key);
  EXPECT_TRUE(keys[1].valid_until);
  const NewSecret shared = run(service_.rotate(kTenant, id, 1h, KeyKind::shared)).value();
  EXPECT_NE(shared.secret, "");
  EXPECT_EQ(shared.endpoint.public_key, "");
  EXPECT_EQ(shared.endpoint.previous_public_key, again.endpoint.public_key);
}

TEST_F(EndpointServiceTest, AChangeLeavesTheRest) {
  EndpointWish wanted = wish();
  wanted.headers = std::vector<net::Header>{{"X-Shop", "1"}};
  const Uuid id = make(wanted).endpoint.id;
  EndpointWish only_url;
  only_url.url = "https://other.example/";
  const Endpoint moved = change(id, only_url);
  EXPECT_EQ(moved.url, "https://other.example/");
  EXPECT_EQ(moved.events, wanted.events);
  EXPECT_THAT(moved.header_names, ElementsAre("X-Shop"));
  EXPECT_GT(moved.updated_at, moved.created_at);
  EndpointWish rest;
  rest.events = {"a.b"};
  rest.description = "d";
  rest.mode = Mode::thin;
  rest.max_per_second = 3;
  rest.headers = std::vector<net::Header>();
  const Endpoint changed = change(id, rest);
  EXPECT_EQ(changed.url, "https://other.example/");
  EXPECT_THAT(changed.events, ElementsAre("a.b"));
  EXPECT_EQ(changed.description, "d");
  EXPECT_EQ(changed.mode, Mode::thin);
  EXPECT_EQ(changed.max_per_second, 3);
  EXPECT_THAT(changed.header_names, IsEmpty());
  EXPECT_EQ(sql("SELECT headers IS NULL FROM webhook_endpoint"), "t");
}

TEST_F(EndpointServiceTest, AnEndpointIsDisabledAndEnabledAgain) {
  const Uuid id = make().endpoint.id;
  EndpointWish off;
  off.enabled = false;
  EndpointWish on;
  on.enabled = true;
  EXPECT_EQ(change(id, off).disabled_reason, "requested");
  EXPECT_EQ(change(id, on).disabled_reason, "");
  sql("UPDATE webhook_endpoint SET enabled = false, disabled_reason = 'gone'");
  EXPECT_EQ(change(id, off).disabled_reason, "gone") << "it was disabled already";
  EXPECT_EQ(change(id, on).disabled_reason, "");
}

TEST_F(EndpointServiceTest, AnotherTenantsEndpointDoesNotExist) {
  const Uuid id = make().endpoint.id;
  EXPECT_EQ(run(service_.find(kOtherTenant, id)).error().code, kEndpointNotFound);
  EXPECT_EQ(run(service_.change(kOtherTenant, id, wish())).error().code, kEndpointNotFound);
  EXPECT_EQ(run(service_.rotate(kOtherTenant, id, 1h, {})).error().code, kEndpointNotFound);
  EXPECT_EQ(run(service_.remove(kOtherTenant, id)).error().code, kEndpointNotFound);
  EXPECT_EQ(run(service_.destination(kOtherTenant, id)).error().code, kEndpointNotFound);
  EXPECT_THAT(run(service_.list(kOtherTenant, {.limit = 10, .before = {}})).value(), IsEmpty());
  EXPECT_TRUE(run(service_.find(kTenant, id)));
}

TEST_F(EndpointServiceTest, ASecretThatIsCopiedToAnotherEndpointIsOfNoUse) {
  const Uuid id = make().endpoint.id;
  const Uuid other = make(wish(), KeyKind::shared, kOtherTenant).endpoint.id;
  sql("UPDATE webhook_endpoint SET secret = (SELECT secret FROM webhook_endpoint WHERE endpoint_id"
      " = '" +
      other.to_string() + "')");
  EXPECT_EQ(run(service_.destination(kTenant, id)).error().code, kInternal);
}

TEST_F(EndpointServiceTest, ADeletedEndpointIsGone) {
  const Uuid id = make().endpoint.id;
  EXPECT_TRUE(run(service_.remove(kTenant, id)));
  EXPECT_EQ(run(service_.remove(kTenant, id)).error().code, kEndpointNotFound);
  EXPECT_EQ(sql("SELECT count(*) FROM webhook_endpoint"), "0");
}

TEST_F(EndpointServiceTest, ListsTheNewestFirstByPages) {
  for (const char* url : {"https://a.example/", "https://b.example/", "https://c.example/"}) {
    make(wish(url));
  }
  const auto first = run(service_.list(kTenant, {.limit = 2, .before = {}})).value();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].url, "https://c.example/");
  const auto rest =
      run(service_.list(kTenant, {.limit = 2, .before = {{first[1].created_at, first[1].id}}}))
          .value();
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(rest[0].url, "https://a.example/");
}

TEST_F(EndpointServiceTest, ATenantHasSoManyEndpointsAtMost) {
  for (std::int64_t i = 0; i < kMostEndpoints; ++i) make();
  EXPECT_EQ(run(service_.create(kTenant, wish(), KeyKind::shared)).error().code, kTooManyEndpoints);
  make(wish(), KeyKind::shared, kOtherTenant);
}

TEST_F(EndpointServiceTest, WithoutAKeyNothingIsMade) {
  const Uuid id = make().endpoint.id;
  EndpointService keyless = with_keys("");
  EXPECT_EQ(run(keyless.create(kTenant, wish(), KeyKind::shared)).error().code,
            kWebhooksNotConfigured);
  EXPECT_EQ(run(keyless.rotate(kTenant, id, 1h, {})).error().code, kWebhooksNotConfigured);
  EXPECT_TRUE(run(keyless.find(kTenant, id)));
}

TEST_F(EndpointServiceTest, AnOldKeyStillOpensWhatItSealed) {
  const NewSecret made = make();
  const Uuid id = made.endpoint.id;
  EndpointService rotated = with_keys(key_text('b') + "," + key_text('a'));
  EXPECT_THAT(run(rotated.destination(kTenant, id)).value().keys,
              ElementsAre(parse_signing_key(made.secret).value()));
  EndpointService without = with_keys(key_text('b'));
  EXPECT_EQ(run(without.destination(kTenant, id)).error().code, kInternal);
}

}  // namespace
}  // namespace remit::webhooks
