// The payments' operations over the simulated database: payments/*_store.cpp again, statement by
// statement, with the same rules.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "remit/payments/payment_store.hpp"
#include "simulation/lanes.hpp"

namespace remit::simulation {

struct AcceptCharges {
  static constexpr bool kOneStatement = true;
  using Input = payments::ChargeRequest;
  using Output = payments::ChargeAcceptance;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct AcceptConversions {
  using Input = payments::NewConversion;
  using Output = idempotency::Answer;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct FindAnswers {
  using Input = idempotency::Claim;
  using Output = std::optional<idempotency::Answer>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct FindPayments {
  using Input = Tables::Key;
  using Output = std::optional<payments::Payment>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct ListPayments {
  using Input = payments::ListRequest;
  using Output = std::vector<payments::Payment>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct SummariseCharges {
  using Input = payments::SummaryRequest;
  using Output = payments::Summary;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct PurgeCharges {
  struct Input {
    TenantId tenant;
    Uuid purge_id;
    Timestamp now;
  };
  using Output = std::int64_t;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

class SimulatedPaymentStore final : public payments::PaymentStore {
 public:
  SimulatedPaymentStore(Lanes& write_lanes, Lanes& read_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes) {}

  Task<Result<payments::ChargeAcceptance>> accept_charge(payments::ChargeRequest request) override;
  Task<Result<idempotency::Answer>> accept_conversion(payments::NewConversion conversion) override;
  Task<Result<std::optional<idempotency::Answer>>> find_answer(idempotency::Claim claim) override;
  Task<Result<std::optional<payments::Payment>>> find(TenantId tenant, Uuid payment_id) override;
  Task<Result<std::vector<payments::Payment>>> list(payments::ListRequest request) override;
  Task<Result<payments::Summary>> summarise(payments::SummaryRequest request) override;
  Task<Result<std::int64_t>> purge_charges(TenantId tenant, Uuid purge_id, Timestamp now) override;

 private:
  Lanes& write_lanes_;
  Lanes& read_lanes_;
};

}  // namespace remit::simulation
