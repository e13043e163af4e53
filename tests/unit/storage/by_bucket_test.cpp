#include "remit/storage/by_bucket.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::storage {
namespace {

struct Note {
  std::int32_t place = 0;
  [[nodiscard]] Bucket bucket() const { return Bucket(place); }
};

TEST(ByBucket, ItemsOfABucketKeepTheirOrderAndBucketsAscend) {
  const std::vector<Note> notes{{9}, {2}, {9}, {1023}, {2}, {9}};
  const ByBucket grouped = by_bucket(notes, &Note::bucket);
  std::string order;
  for (const auto& [bucket, indices] : grouped) {
    order += std::to_string(bucket.value()) + ":";
    for (const std::size_t index : indices) order += " " + std::to_string(index);
    order += "; ";
  }
  EXPECT_EQ(order, "2: 1 4; 9: 0 2 5; 1023: 3; ");
}

TEST(ByBucket, NothingIsInNoBucket) {
  EXPECT_TRUE(by_bucket(std::vector<Note>(), &Note::bucket).empty());
}

}  // namespace
}  // namespace remit::storage
