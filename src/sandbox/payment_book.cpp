#include "remit/sandbox/payment_book.hpp"

namespace remit::sandbox {

bool PaymentBook::add(const Uuid& id, PaymentRecord record) {
  return records_.emplace(id, record).second;
}

const PaymentRecord* PaymentBook::find(const Uuid& id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second;
}

PaymentTotals PaymentBook::totals(std::optional<Timestamp> from,
                                  std::optional<Timestamp> to) const {
  PaymentTotals totals;
  for (const auto& [id, record] : records_) {
    if (from && record.requested_at < *from) continue;
    if (to && record.requested_at > *to) continue;
    ++totals.count;
    totals.amount_minor += record.amount_minor;
  }
  return totals;
}

}  // namespace remit::sandbox
