#include "remit/auth/key_cache.hpp"

#include <utility>

namespace remit::auth {

const KeyRecord* KeyCache::find(const Uuid& id, Duration now) const {
  const auto found = keys_.find(id);
  if (found == keys_.end() || now - found->second.read_at >= kFreshFor) return nullptr;
  return &found->second.record;
}

void KeyCache::count_use(const Uuid& id) {
  const auto found = keys_.find(id);
  if (found == keys_.end()) return;
  found->second.is_used = true;
  found->second.is_untold = true;
}

void KeyCache::store(KeyRecord record, Duration read_at) {
  const Uuid id = record.key.id;
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    if (keys_.size() >= most_keys_) return;
    keys_.emplace(id, Entry{.record = std::move(record), .read_at = read_at});
    return;
  }
  Entry& entry = found->second;
  if (read_at < entry.read_at) return;  // A later answer was quicker.
  entry.record = std::move(record);
  entry.read_at = read_at;
  entry.is_used = false;
}

std::vector<Uuid> KeyCache::begin_check(Duration now) {
  std::vector<Uuid> due;
  for (auto each = keys_.begin(); each != keys_.end();) {
    const Entry& entry = each->second;
    const Duration age = now - entry.read_at;
    if (age >= kFreshFor && !entry.is_untold) {
      each = keys_.erase(each);
      continue;
    }
    if (entry.is_used && age >= kCheckAfter) due.push_back(each->first);
    ++each;
  }
  return due;
}

std::vector<Uuid> KeyCache::begin_touch(Duration now) {
  std::vector<Uuid> due;
  for (auto& [id, entry] : keys_) {
    if (!entry.is_untold || now - entry.touched_at < kTouchAfter) continue;
    entry.touched_at = now;
    entry.is_untold = false;
    due.push_back(id);
  }
  return due;
}

}  // namespace remit::auth
