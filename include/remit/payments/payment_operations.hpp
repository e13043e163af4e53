// How payments of any kind are read from the database. Values; `run` them on the loop thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "remit/payments/payment.hpp"
#include "remit/storage/operation.hpp"

namespace remit::payments {

struct FindPayment {
  struct Input {
    Tenant tenant;
    Uuid payment_id;
  };
  using Output = std::optional<Payment>;
  static constexpr std::string_view kName = "payment_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static void execute(storage::Transaction& transaction, storage::Slots<FindPayment> slots);
};

struct ListPayments {
  using Input = ListRequest;
  using Output = std::vector<Payment>;
  static constexpr std::string_view kName = "payment_list";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::list};
  static void execute(storage::Transaction& transaction, storage::Slots<ListPayments> slots);
};

}  // namespace remit::payments
