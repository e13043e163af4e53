#include "remit/sandbox/payment_book.hpp"

namespace remit::sandbox {

namespace {

void add_to(PaymentTotals& totals, std::int64_t count, std::int64_t amount_minor) {
  totals.count += count;
  totals.amount_minor += amount_minor;
}

}  // namespace

bool PaymentBook::add(const Uuid& id, PaymentRecord record) {
  if (!records_.emplace(id, record).second) return false;
  Second& second = seconds_[std::chrono::floor<std::chrono::seconds>(record.requested_at)];
  add_to(second.totals, 1, record.amount_minor);
  second.payments.push_back(record);
  return true;
}

const PaymentRecord* PaymentBook::find(const Uuid& id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second;
}

PaymentTotals PaymentBook::totals(std::optional<Timestamp> from,
                                  std::optional<Timestamp> to) const {
  PaymentTotals result;
  const Timestamp first = from.value_or(Timestamp::min());
  const Timestamp last = to.value_or(Timestamp::max());
  auto second = seconds_.lower_bound(std::chrono::floor<std::chrono::seconds>(first));
  for (; second != seconds_.end() && second->first <= last; ++second) {
    const Timestamp end = Timestamp(second->first) + std::chrono::seconds(1) - Duration(1);
    if (second->first >= first && end <= last) {
      add_to(result, second->second.totals.count, second->second.totals.amount_minor);
      continue;
    }
    for (const PaymentRecord& payment : second->second.payments) {
      if (payment.requested_at < first || payment.requested_at > last) continue;
      add_to(result, 1, payment.amount_minor);
    }
  }
  return result;
}

void PaymentBook::clear() {
  records_.clear();
  seconds_.clear();
}

}  // namespace remit::sandbox
