// The items of a batch by the bucket that each is in. A statement is about one bucket; a batch runs
// it once for each, in ascending order, so that batches that want the same rows queue up instead of
// deadlocking.
//
//   for (const auto& [bucket, indices] : storage::by_bucket(notes, bucket_of_note)) { … }
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "remit/base/tenant.hpp"

namespace remit::storage {

/// Indices of items, in their order.
using ByBucket = std::map<Bucket, std::vector<std::size_t>>;

template <class Items, class BucketOf>
[[nodiscard]] ByBucket by_bucket(const Items& items, BucketOf bucket_of) {
  ByBucket grouped;
  std::size_t index = 0;
  for (const auto& item : items) grouped[std::invoke(bucket_of, item)].push_back(index++);
  return grouped;
}

}  // namespace remit::storage
