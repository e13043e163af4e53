// The keys that are in use, as the database had them a moment ago.
//
// A record answers for kFreshFor after it was read, and is read again every kCheckAfter while it is
// used; so a key that is revoked is refused by every instance within kFreshFor. Records that are
// not used are forgotten. Bounded: what has no room is read for each request. Pure; loop thread.
// Instants are monotonic and given.
#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "remit/auth/api_key.hpp"

namespace remit::auth {

class KeyCache {
 public:
  /// The contract has 5 s (docs/api.md §1.3); the rest is for a request that is under way.
  static constexpr Duration kFreshFor = std::chrono::seconds(4);
  static constexpr Duration kCheckAfter = std::chrono::seconds(1);
  static constexpr Duration kTouchAfter = std::chrono::minutes(1);
  /// Some 4 MB.
  static constexpr std::size_t kMostKeys = 10'000;

  explicit KeyCache(std::size_t most_keys = kMostKeys) : most_keys_(most_keys) {}

  /// Null: it is not known, or not known any more. The pointer is good until the next call.
  [[nodiscard]] const KeyRecord* find(const Uuid& id, Duration now) const;
  /// A request has shown the key with its secret.
  void count_use(const Uuid& id);
  /// `read_at`: when the database was asked, not when it answered.
  void store(KeyRecord record, Duration read_at);

  /// Those to be read again; those that were not used are forgotten.
  [[nodiscard]] std::vector<Uuid> begin_check(Duration now);
  /// Those whose use has not been written for a minute; it counts as written from now on.
  [[nodiscard]] std::vector<Uuid> begin_touch(Duration now);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  struct Entry {
    KeyRecord record;
    Duration read_at{0};
    Duration touched_at = -kTouchAfter;
    bool is_used = false;    ///< since it was last read
    bool is_untold = false;  ///< used since its use was last written
  };

  std::size_t most_keys_;
  std::unordered_map<Uuid, Entry> keys_;
};

}  // namespace remit::auth
