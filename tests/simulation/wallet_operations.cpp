// There are no wallets in the simulated world yet, and nothing is due.

#include "remit/wallets/settle_operations.hpp"
#include "simulation/operations.hpp"

namespace remit::simulation {
namespace {

Work find_due_buckets(Transaction* transaction, Slots<wallets::FindDueBuckets> slots) {
  co_await transaction->statement();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i].output = wallets::FindDueBuckets::Output();
  }
}

}  // namespace

void add_wallet_operations(Operations& operations) {
  operations.add<wallets::FindDueBuckets, find_due_buckets>();
}

}  // namespace remit::simulation
