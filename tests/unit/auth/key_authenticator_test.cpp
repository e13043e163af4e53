// Whom a key makes known, and for how long without the database.
#include "remit/auth/key_authenticator.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "remit/auth/key_operations.hpp"
#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::auth {
namespace {

using namespace std::chrono_literals;

class KeyAuthenticatorTest : public testing::Test {
 protected:
  KeyAuthenticatorTest() {
    database_.on<FindKeys>(
        [this](const std::vector<Uuid>& wanted) -> Result<std::vector<KeyRecord>> {
          ++lookups_;
          if (is_down_) return fail(again_later(kUnavailable, "down"));
          std::vector<KeyRecord> found;
          for (const Uuid& id : wanted) {
            if (stored_.contains(id)) found.push_back(stored_.at(id));
          }
          return found;
        });
    database_.on<TouchKeys>([this](const std::vector<Uuid>& used) -> Result<void> {
      touched_.insert(touched_.end(), used.begin(), used.end());
      return {};
    });
  }

  ~KeyAuthenticatorTest() override {
    authenticator_.job().stop();
    static_cast<void>(test::run(loop_, authenticator_.job().ended(1s)));
  }

  MadeKey store(net::Scopes scopes = {net::Scope::payments_read}) {
    const Uuid id = ids_.next();
    MadeKey made = make_key(id);
    KeyRecord record{.key = {}, .tenant = kOtherTenant, .secret_hash = made.secret_hash};
    record.key.id = id;
    record.key.scopes = scopes;
    stored_.emplace(id, record);
    return made;
  }
  KeyRecord& record_of(const MadeKey& key) { return stored_.at(parse_key(key.text)->id); }

  static net::Headers headers(const std::string& authorization) {
    net::Headers made;
    made.add("Authorization", authorization);
    return made;
  }
  /// As a session does it.
  net::Caller ask(const net::Headers& headers) {
    if (auto recalled = authenticator_.recall(headers)) return *std::move(recalled);
    auto found = test::run(loop_, wrap(authenticator_.look_up(headers)));
    return std::move(*found);
  }
  net::Caller ask(const MadeKey& key) { return ask(headers("Bearer " + key.text)); }
  std::string refusal(const net::Headers& headers) {
    const auto answer = ask(headers);
    if (answer) return "none";
    const Problem& problem = answer.error().problem;
    return std::string(problem.code.name) + ": " + problem.detail;
  }
  Task<void> count(net::Headers headers, std::size_t& overloaded, std::size_t& ended) {
    Task<net::Caller> looking = authenticator_.look_up(std::move(headers));
    const net::Caller found = co_await std::move(looking);
    if (found.error().problem.code == kOverloaded) ++overloaded;
    ++ended;
  }
  void pass(Duration time) {
    for (Duration passed{0}; passed < time; passed += 1s) {
      alarms_.advance(1s);
      loop_.restart();
      loop_.poll();
      test::run_until(loop_, [&] { return alarms_.waiting() == 1; });
    }
  }
  static Task<Result<std::vector<KeyRecord>>> find_nothing_after(boost::asio::steady_timer& held) {
    co_await held.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return std::vector<KeyRecord>();
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  test::FakeDatabase database_{loop_.get_executor()};
  SeededUuidSource ids_{1};
  std::map<Uuid, KeyRecord> stored_;
  std::vector<Uuid> touched_;
  int lookups_ = 0;
  bool is_down_ = false;
  KeyAuthenticator authenticator_{{loop_.get_executor(), alarms_, clock_}, database_};

 private:
  /// A result that can be kept: a principal has no default.
  static Task<std::shared_ptr<net::Caller>> wrap(Task<net::Caller> task) {
    net::Caller result = co_await std::move(task);
    co_return std::make_shared<net::Caller>(std::move(result));
  }
};

TEST_F(KeyAuthenticatorTest, AKeyIsLookedUpOnceAndThenRemembered) {
  const MadeKey key = store();
  for (int i = 0; i < 3; ++i) {
    const auto caller = ask(key);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->tenant, kOtherTenant);
    EXPECT_EQ(caller->key, parse_key(key.text)->id);
    EXPECT_TRUE(caller->scopes.has(net::Scope::payments_read));
    EXPECT_FALSE(caller->scopes.has(net::Scope::admin));
  }
  EXPECT_EQ(lookups_, 1);
}

TEST_F(KeyAuthenticatorTest, TheSchemeIsReadWithoutCaseAndMayBeFollowedBySpaces) {
  EXPECT_TRUE(ask(headers("bEARER " + store().text)));
  EXPECT_TRUE(ask(headers("Bearer   " + store().text)));
}

TEST_F(KeyAuthenticatorTest, TextThatIsNoKeyIsRefusedWithoutTheDatabase) {
  const std::string text = store().text;
  EXPECT_EQ(refusal({}), "UNAUTHENTICATED: send an API key: Authorization: Bearer <key>");
  for (const std::string& value :
       {std::string(), std::string("Bearer"), std::string("Bearer "), text, "Basic " + text,
        "Bearer " + text.substr(1), "Bearer " + text + " "}) {
    EXPECT_TRUE(refusal(headers(value)).starts_with("UNAUTHENTICATED")) << value;
  }
  net::Headers twice = headers("Bearer " + text);
  twice.add("authorization", "Bearer " + text);
  EXPECT_EQ(refusal(twice), "UNAUTHENTICATED: there are several Authorization headers");
  EXPECT_EQ(lookups_, 0);
}

TEST_F(KeyAuthenticatorTest, AnUnknownKeyAndAWrongSecretAreTheSame) {
  const MadeKey key = store();
  const std::string unknown = refusal(headers("Bearer " + make_key(ids_.next()).text));
  const std::string wrong = refusal(headers("Bearer " + make_key(parse_key(key.text)->id).text));
  EXPECT_EQ(unknown, "UNAUTHENTICATED: the API key is not valid");
  EXPECT_EQ(wrong, unknown);
  EXPECT_TRUE(ask(key)) << "its bearer is not harmed";
}

TEST_F(KeyAuthenticatorTest, AKeyThatHasEndedIsRefusedInWords) {
  const MadeKey expired = store();
  record_of(expired).key.expires_at = clock_.now();
  EXPECT_EQ(refusal(headers("Bearer " + expired.text)), "UNAUTHENTICATED: the API key is expired");
  const MadeKey revoked = store();
  record_of(revoked).key.revoked_at = clock_.now();
  EXPECT_EQ(refusal(headers("Bearer " + revoked.text)), "UNAUTHENTICATED: the API key is revoked");
}

TEST_F(KeyAuthenticatorTest, ABearerOfAnEndedKeyIsKnownToTheLog) {
  const MadeKey revoked = store();
  const Uuid id = parse_key(revoked.text)->id;
  record_of(revoked).key.revoked_at = clock_.now();
  for (const char* from : {"the database", "memory"}) {
    const net::Caller refused = ask(revoked);
    ASSERT_FALSE(refused) << from;
    EXPECT_EQ(refused.error().key, id) << from;
    EXPECT_EQ(refused.error().tenant, kOtherTenant.id()) << from;
  }
  const net::Caller guessed = ask(make_key(id));
  ASSERT_FALSE(guessed);
  EXPECT_EQ(guessed.error().key, std::nullopt) << "to know the id is not to bear the key";
  EXPECT_EQ(guessed.error().tenant, std::nullopt);
}

TEST_F(KeyAuthenticatorTest, AKeyExpiresInMemoryToo) {
  const MadeKey key = store();
  record_of(key).key.expires_at = clock_.now() + 1s;
  EXPECT_TRUE(ask(key));
  clock_.advance(1s);
  EXPECT_FALSE(ask(key));
  EXPECT_EQ(lookups_, 1);
}

TEST_F(KeyAuthenticatorTest, ARevokedKeyIsRefusedWithinFiveSecondsWhileItIsUsed) {
  authenticator_.job().start();
  test::run_until(loop_, [&] { return alarms_.waiting() == 1; });
  const MadeKey key = store();
  ASSERT_TRUE(ask(key));
  record_of(key).key.revoked_at = clock_.now();
  int refused_after = 0;
  while (ask(key)) {
    pass(1s);
    ASSERT_LE(++refused_after, 5);
  }
  EXPECT_GE(refused_after, 1) << "memory answers for a while";
}

TEST_F(KeyAuthenticatorTest, ARevokedKeyIsRefusedWithinFiveSecondsWhenNothingElseWorks) {
  const MadeKey key = store();
  ASSERT_TRUE(ask(key));
  is_down_ = true;
  clock_.advance(KeyCache::kFreshFor - 1us);
  EXPECT_TRUE(ask(key));
  clock_.advance(1us);
  EXPECT_EQ(ask(key).error().problem.code, kUnavailable);
  is_down_ = false;
  EXPECT_TRUE(ask(key));
}

TEST_F(KeyAuthenticatorTest, AKeyInUseIsNeverWaitedFor) {
  authenticator_.job().start();
  test::run_until(loop_, [&] { return alarms_.waiting() == 1; });
  const MadeKey key = store();
  ASSERT_TRUE(ask(key));
  for (int i = 0; i < 100; ++i) {
    pass(1s);
    EXPECT_TRUE(authenticator_.recall(headers("Bearer " + key.text))) << i;
  }
  EXPECT_EQ(touched_.size(), 2U) << "after a second, and a minute later";
}

TEST_F(KeyAuthenticatorTest, AWrongSecretIsNoUseOfTheKey) {
  authenticator_.job().start();
  test::run_until(loop_, [&] { return alarms_.waiting() == 1; });
  const Uuid id = parse_key(store().text)->id;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(ask(make_key(id)));
    pass(1s);
  }
  EXPECT_TRUE(touched_.empty());
}

TEST_F(KeyAuthenticatorTest, LookupsAreBounded) {
  boost::asio::steady_timer held(loop_, std::chrono::steady_clock::time_point::max());
  database_.on<FindKeys>([&held](const std::vector<Uuid>&) { return find_nothing_after(held); });
  std::size_t overloaded = 0;
  std::size_t ended = 0;
  constexpr std::size_t kAsked = KeyAuthenticator::kMostLookups + 10;
  for (std::size_t i = 0; i < kAsked; ++i) {
    boost::asio::co_spawn(loop_,
                          count(headers("Bearer " + make_key(ids_.next()).text), overloaded, ended),
                          boost::asio::detached);
  }
  test::run_until(loop_, [&] { return ended == 10; });
  EXPECT_EQ(overloaded, 10U);
  held.cancel();
  test::run_until(loop_, [&] { return ended == kAsked; });
  EXPECT_EQ(overloaded, 10U);
}

}  // namespace
}  // namespace remit::auth
