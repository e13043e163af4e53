// Where quotes are kept. Consuming one belongs to the payment's own transaction: quote_sql.hpp.
//
// Loop thread. Failures are those of storage; an unknown quote is an empty result.
#pragma once

#include <optional>

#include "remit/base/task.hpp"
#include "remit/base/tenant.hpp"
#include "remit/quotes/quote.hpp"

namespace remit::storage {
class Lanes;
}

namespace remit::quotes {

class QuoteStore {
 public:
  QuoteStore() = default;
  QuoteStore(const QuoteStore&) = delete;
  QuoteStore& operator=(const QuoteStore&) = delete;
  virtual ~QuoteStore() = default;

  virtual Task<Result<void>> insert(TenantId tenant_id, Quote quote) = 0;
  virtual Task<Result<std::optional<Quote>>> find(TenantId tenant_id, Uuid quote_id) = 0;
};

class PgQuoteStore final : public QuoteStore {
 public:
  PgQuoteStore(storage::Lanes& write_lanes, storage::Lanes& read_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes) {}

  Task<Result<void>> insert(TenantId tenant_id, Quote quote) override;
  Task<Result<std::optional<Quote>>> find(TenantId tenant_id, Uuid quote_id) override;

 private:
  storage::Lanes& write_lanes_;
  storage::Lanes& read_lanes_;
};

}  // namespace remit::quotes
