#include "remit/base/uuid.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace remit {
namespace {

constexpr std::string_view kText = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";

TEST(Uuid, IsReadInEitherCaseAndWrittenInLower) {
  EXPECT_EQ(Uuid::parse(kText)->to_string(), kText);
  EXPECT_EQ(Uuid::parse("4A7901B8-7D26-4D9D-AA19-4DC1C7CF60B3")->to_string(), kText);
  EXPECT_EQ(Uuid::parse("00000000-0000-0000-0000-000000000000"), Uuid());
  EXPECT_EQ(Uuid::parse(kText)->bytes().front(), 0x4a);
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const std::string text :
       {"", "4a7901b87d264d9daa194dc1c7cf60b3", "{4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3}",
        "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b", "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b33",
        "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60bg", "4a7901b8-7d264-d9d-aa19-4dc1c7cf60b3",
        "4a7901b8_7d26_4d9d_aa19_4dc1c7cf60b3", " 4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b",
        "urn:uuid:4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

void expect_version_4(const Uuid& id) {
  const std::string text = id.to_string();
  EXPECT_EQ(text[14], '4') << text;
  EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
}

TEST(UuidSource, RandomIdsAreVersion4AndDiffer) {
  RandomUuidSource source;
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = source.next();
    expect_version_4(id);
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
  }
}

TEST(UuidSource, TheSameSeedMakesTheSameIds) {
  SeededUuidSource one(7);
  SeededUuidSource same(7);
  SeededUuidSource other(8);
  std::unordered_set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = one.next();
    expect_version_4(id);
    EXPECT_EQ(same.next(), id);
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_TRUE(seen.insert(other.next()).second);
  }
}

TEST(UuidHash, TellsSwappedAndEqualHalvesApart) {
  std::unordered_set<std::size_t> hashes;
  for (const char* text :
       {"00000000-0000-0000-0000-000000000000", "00000000-0000-0001-0000-000000000000",
        "00000000-0000-0000-0000-000000000001", "00000000-0000-0001-0000-000000000001",
        "00000000-0000-0002-0000-000000000002"}) {
    EXPECT_TRUE(hashes.insert(std::hash<Uuid>()(*Uuid::parse(text))).second) << text;
  }
}

}  // namespace
}  // namespace remit
