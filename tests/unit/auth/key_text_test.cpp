#include "remit/auth/key_text.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "remit/auth/api_key.hpp"

namespace remit::auth {
namespace {

Uuid some_id() { return *Uuid::parse("0b9f6c1e-7a8b-4c1d-8e2f-0123456789ab"); }

TEST(KeyText, LooksAsTheContractSays) {
  const MadeKey made = make_key(some_id());
  const std::regex shape(
      "remit_0b9f6c1e-7a8b-4c1d-8e2f-0123456789ab_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}");
  EXPECT_TRUE(std::regex_match(made.text, shape)) << made.text;
  EXPECT_EQ(made.text.find(made.secret_hash), std::string::npos);
}

TEST(KeyText, IsReadAsItWasMade) {
  const MadeKey made = make_key(some_id());
  const auto shown = parse_key(made.text);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->id, some_id());
  EXPECT_TRUE(equal_hashes(shown->secret_hash, made.secret_hash));
}

TEST(KeyText, IsNeverTheSameTwice) {
  std::set<std::string> hashes;
  for (int i = 0; i < 200; ++i) hashes.insert(make_key(some_id()).secret_hash);
  EXPECT_EQ(hashes.size(), 200U);
}

// The digits of the secret are as likely as each other: 62 digits, 43 000 of them.
TEST(KeyText, HasASecretOfEvenlySpreadDigits) {
  std::map<char, int> counts;
  for (int i = 0; i < 1'000; ++i) {
    for (const char digit : make_key(some_id()).text.substr(43, 43)) ++counts[digit];
  }
  ASSERT_EQ(counts.size(), 62U);
  for (const auto& [digit, count] : counts) {
    EXPECT_GT(count, 500) << digit;  // 694 are expected, 500 are seven standard deviations away
    EXPECT_LT(count, 900) << digit;
  }
}

TEST(KeyText, WithAnyByteChangedIsNoKey) {
  const std::string text = make_key(some_id()).text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'x', 'Z', '_', '\0', ' '}) {
      std::string changed = text;
      if (changed[i] == other) continue;
      changed[i] = other;
      EXPECT_FALSE(parse_key(changed)) << i << " " << changed;
    }
  }
}

TEST(KeyText, CutOrContinuedIsNoKey) {
  const std::string text = make_key(some_id()).text;
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(parse_key(text.substr(0, length)));
  }
  EXPECT_FALSE(parse_key(text + "0"));
  EXPECT_FALSE(parse_key(" " + text));
}

TEST(KeyHashes, AreEqualWhenEveryByteIs) {
  EXPECT_TRUE(equal_hashes("abc", "abc"));
  EXPECT_FALSE(equal_hashes("abc", "abd"));
  EXPECT_FALSE(equal_hashes("abc", "ab"));
  EXPECT_TRUE(equal_hashes("", ""));
}

TEST(KeyScopes, AreReadAsTheyWereWritten) {
  using enum net::Scope;
  EXPECT_EQ(scopes_text({admin, payments_write, payments_read}),
            "payments:read payments:write admin");
  for (const net::Scopes scopes : {net::Scopes(), net::Scopes({admin}),
                                   net::Scopes({events_read, quotes_write}), net::Scopes::all()}) {
    EXPECT_EQ(parse_scopes(scopes_text(scopes)), scopes);
  }
}

TEST(KeyScopes, AreLeftOutWhenALaterVersionMadeThem) {
  EXPECT_EQ(parse_scopes("payments:read dreams:write  admin "),
            net::Scopes({net::Scope::payments_read, net::Scope::admin}));
}

TEST(KeyName, IsShortTextWithoutControlCharacters) {
  for (const std::string& good : {std::string("a"), std::string("Zoë's till, no. 7 ☕"),
                                  std::string(kMaxKeyName, 'x'), std::string("ё\u2007ё")}) {
    EXPECT_EQ(name_fault(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(kMaxKeyName + 1, 'x'), std::string("a\nb"),
        std::string("\x1b[31m"), std::string("\x7f"), std::string("\u0085"),
        std::string("a\u202eb"), std::string("\u2066"), std::string("\xff")}) {
    EXPECT_NE(name_fault(bad), "") << bad;
  }
}

TEST(KeyState, FollowsFromItsTimes) {
  const Timestamp now = *parse_timestamp("2026-11-30T12:00:00Z");
  ApiKey key;
  EXPECT_EQ(state_of(key, now), "active");
  key.expires_at = now;
  EXPECT_EQ(state_of(key, now), "expired");
  EXPECT_EQ(state_of(key, now - std::chrono::milliseconds(1)), "active");
  key.revoked_at = now;
  EXPECT_EQ(state_of(key, now), "revoked");
}

}  // namespace
}  // namespace remit::auth
