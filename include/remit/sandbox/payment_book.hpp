// The payments a simulated processor has recorded, with totals over any window of `requestedAt`.
//
// Owned by its ProcessorSim; loop thread; never fails.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::sandbox {

struct PaymentRecord {
  std::int64_t amount_minor = 0;
  Timestamp requested_at;

  friend bool operator==(const PaymentRecord&, const PaymentRecord&) = default;
};

struct PaymentTotals {
  std::int64_t count = 0;
  std::int64_t amount_minor = 0;

  friend bool operator==(const PaymentTotals&, const PaymentTotals&) = default;
};

class PaymentBook {
 public:
  using Records = std::unordered_map<Uuid, PaymentRecord>;

  /// False when the id is recorded already; the first record stays.
  bool add(const Uuid& id, PaymentRecord record);
  [[nodiscard]] const PaymentRecord* find(const Uuid& id) const;
  /// Both bounds inclusive.
  [[nodiscard]] PaymentTotals totals(std::optional<Timestamp> from,
                                     std::optional<Timestamp> to) const;
  [[nodiscard]] const Records& records() const { return records_; }
  void clear() { records_.clear(); }

 private:
  Records records_;
};

}  // namespace remit::sandbox
