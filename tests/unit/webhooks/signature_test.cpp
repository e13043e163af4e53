#include "remit/webhooks/signature.hpp"

#include <gtest/gtest.h>

#include <array>
#include <regex>

#include "remit/base/base64.hpp"

namespace remit::webhooks {
namespace {

// What the libraries of Standard Webhooks are tested with.
constexpr SignedContent kContent{.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                 .timestamp_seconds = 1'614'265'330,
                                 .body = R"({"test": 2432232314})"};
constexpr std::string_view kShared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kSharedSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
constexpr std::string_view kPair =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
constexpr std::string_view kPairSignature =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

std::string sign(const SigningKey& key) { return signatures_of(std::array{key}, kContent); }

TEST(Signature, IsThatOfThePublishedVectors) {
  EXPECT_EQ(sign(parse_signing_key(kShared).value()), kSharedSignature);
  EXPECT_EQ(sign(parse_signing_key(kPair).value()), kPairSignature);
}

TEST(Signature, HasBlanksBetweenSeveralKeys) {
  const std::array keys{parse_signing_key(kShared).value(), parse_signing_key(kPair).value()};
  EXPECT_EQ(signatures_of(keys, kContent),
            std::string(kSharedSignature) + " " + std::string(kPairSignature));
  EXPECT_EQ(signatures_of({}, kContent), "");
}

TEST(Signature, ChangesWithEveryPartOfTheContent) {
  const std::array key{parse_signing_key(kShared).value()};
  for (const SignedContent& other :
       {SignedContent{"msg_other", kContent.timestamp_seconds, kContent.body},
        SignedContent{kContent.id, kContent.timestamp_seconds + 1, kContent.body},
        SignedContent{kContent.id, kContent.timestamp_seconds, "{}"}}) {
    EXPECT_NE(signatures_of(key, other), kSharedSignature);
  }
}

TEST(SigningKey, LooksAsTheSpecificationSays) {
  const SigningKey shared = make_signing_key(KeyKind::shared);
  EXPECT_TRUE(std::regex_match(to_text(shared), std::regex("whsec_[A-Za-z0-9+/]{43}=")));
  EXPECT_FALSE(public_text(shared));
  const SigningKey pair = make_signing_key(KeyKind::pair);
  EXPECT_TRUE(std::regex_match(to_text(pair), std::regex("whsk_[A-Za-z0-9+/]{86}==")));
  EXPECT_TRUE(std::regex_match(public_text(pair).value(), std::regex("whpk_[A-Za-z0-9+/]{43}=")));
  EXPECT_EQ(public_text(parse_signing_key(kPair).value()),
            "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
}

TEST(SigningKey, IsReadAsItWasWritten) {
  for (const KeyKind kind : {KeyKind::shared, KeyKind::pair}) {
    const SigningKey key = make_signing_key(kind);
    EXPECT_EQ(parse_signing_key(to_text(key)), key);
    EXPECT_NE(make_signing_key(kind), key);
  }
}

TEST(SigningKey, RefusesWhatIsNone) {
  std::string of_other_halves(kPair);
  of_other_halves[10] = of_other_halves[10] == 'A' ? 'B' : 'A';
  const std::string too_long = "whsec_" + base64_encode(std::string(kMostSharedBytes + 1, 'x'));
  for (const std::string& text :
       {std::string(), std::string("w"), std::string("whsec_"), std::string("whsec_%"),
        std::string("whsec_wronglength"), std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        std::string("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="), of_other_halves, too_long,
        std::string(kPair.substr(0, kPair.size() - 2))}) {
    EXPECT_FALSE(parse_signing_key(text)) << text;
  }
}

}  // namespace
}  // namespace remit::webhooks
