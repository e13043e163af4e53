#include "remit/webhooks/key_ring.hpp"

#include <gtest/gtest.h>

#include "remit/base/base64.hpp"

namespace remit::webhooks {
namespace {

std::string key_text(char of) { return base64_encode(std::string(32, of)); }

KeyRing ring_of(const std::string& text) {
  auto ring = KeyRing::parse(text);
  EXPECT_TRUE(ring) << ring.error();
  return ring.value_or(KeyRing());
}

TEST(KeyRing, OpensWhatItSealedForTheSameOwnerOnly) {
  const KeyRing ring = ring_of(key_text('a'));
  const std::string sealed = ring.seal("whsec_secret", "7/endpoint");
  EXPECT_EQ(ring.open(sealed, "7/endpoint"), "whsec_secret");
  EXPECT_FALSE(ring.open(sealed, "8/endpoint"));
  EXPECT_FALSE(ring.open(sealed, ""));
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(ring.open(ring.seal("", "x"), "x"), "");
}

TEST(KeyRing, SealsTheSameSecretDifferentlyEachTime) {
  const KeyRing ring = ring_of(key_text('a'));
  EXPECT_NE(ring.seal("secret", "x"), ring.seal("secret", "x"));
}

TEST(KeyRing, OpensWithOldKeysAndSealsWithTheNewest) {
  const KeyRing before = ring_of(key_text('a'));
  const KeyRing after = ring_of(key_text('b') + "\n" + key_text('a') + "\n");
  const std::string old = before.seal("secret", "x");
  EXPECT_EQ(after.open(old, "x"), "secret");
  EXPECT_FALSE(after.is_of_newest(old));
  const std::string renewed = after.seal("secret", "x");
  EXPECT_TRUE(after.is_of_newest(renewed));
  EXPECT_FALSE(before.open(renewed, "x")) << "it has not that key";
}

TEST(KeyRing, RefusesATextThatWasChanged) {
  const KeyRing ring = ring_of(key_text('a'));
  const std::string sealed = ring.seal("whsec_secret", "x");
  for (std::size_t place = 0; place < sealed.size(); ++place) {
    std::string changed = sealed;
    changed[place] = changed[place] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ring.open(changed, "x")) << place;
    EXPECT_FALSE(ring.open(sealed.substr(0, place), "x")) << place;
  }
}

TEST(KeyRing, IsEmptyWithoutKeysAndNothingWithWrongOnes) {
  EXPECT_TRUE(ring_of(" \n").empty());
  EXPECT_FALSE(ring_of("").is_of_newest("anything"));
  EXPECT_EQ(KeyRing::parse("abc").error(), "key 1 is not 32 bytes in base64");
}

}  // namespace
}  // namespace remit::webhooks
