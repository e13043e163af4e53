#include "simulation/database_lock.hpp"

#include <algorithm>
#include <utility>

#include "simulation/transaction.hpp"

namespace remit::simulation {

void Lock::hand_on(Duration now) {
  changed_at_ = now;
  const std::vector<Transaction*> queue = queue_;
  for (Transaction* waiting : queue) {
    if (try_take(*waiting, waiting->wish()) || is_vain(waiting->wish())) {
      leave(*waiting);
      waiting->go_on();
    }
  }
}

bool Lock::is_freeze_before(const Transaction& transaction) const {
  const auto self = std::ranges::find(queue_, &transaction);
  return std::any_of(queue_.begin(), self,
                     [](const Transaction* other) { return other->wish() == Wish::freeze; });
}

bool TableLock::try_take(Transaction& transaction, Wish wish) {
  const bool writes = std::ranges::find(writers_, &transaction) != writers_.end();
  if (freezer_ == &transaction || (wish == Wish::write && writes)) return true;
  if (freezer_ != nullptr) return false;
  if (wish == Wish::freeze) {
    if (writers_.size() > (writes ? 1U : 0U)) return false;
    freezer_ = &transaction;
  } else {
    if (is_freeze_before(transaction)) return false;
    writers_.push_back(&transaction);
  }
  if (!writes) transaction.holds(*this);
  return true;
}

void TableLock::add_holders(std::vector<Transaction*>& holders) const {
  holders.insert(holders.end(), writers_.begin(), writers_.end());
  if (freezer_ != nullptr) holders.push_back(freezer_);
}

void TableLock::release(Transaction& transaction, bool) {
  std::erase(writers_, &transaction);
  if (freezer_ == &transaction) freezer_ = nullptr;
  if (is_awaited()) hand_on(transaction.clock());
}

}  // namespace remit::simulation
