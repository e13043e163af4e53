// Quotes over the simulated database: quotes/quote_sql_store.cpp again.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>

#include "remit/quotes/quote_store.hpp"
#include "simulation/lanes.hpp"

namespace remit::simulation {

[[nodiscard]] Work insert_quote(Transaction* transaction, TenantId tenant, quotes::Quote quote);
/// Null: there is none.
[[nodiscard]] const quotes::Quote* find_quote(const Transaction& transaction,
                                              const Tables::Key& key);
/// SELECT … FOR UPDATE in the order of the keys; `locked` as they are once they are held.
[[nodiscard]] Work lock_quotes(Transaction* transaction, const std::set<Tables::Key>* keys,
                               std::map<Tables::Key, quotes::Quote>* locked);
/// One of those locked, for a payment; the next one finds it used.
[[nodiscard]] Result<quotes::Quote> consume_quote(Transaction& transaction,
                                                  std::map<Tables::Key, quotes::Quote>& locked,
                                                  const Tables::Key& key, Uuid payment_id,
                                                  Timestamp now);

struct InsertQuotes {
  struct Input {
    TenantId tenant;
    quotes::Quote quote;
  };
  using Output = void;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

struct FindQuotes {
  using Input = Tables::Key;
  using Output = std::optional<quotes::Quote>;
  static Work execute(Transaction* transaction, std::span<Command* const> commands);
};

class SimulatedQuoteStore final : public quotes::QuoteStore {
 public:
  SimulatedQuoteStore(Lanes& write_lanes, Lanes& read_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes) {}

  Task<Result<void>> insert(TenantId tenant_id, quotes::Quote quote) override;
  Task<Result<std::optional<quotes::Quote>>> find(TenantId tenant_id, Uuid quote_id) override;

 private:
  Lanes& write_lanes_;
  Lanes& read_lanes_;
};

}  // namespace remit::simulation
