// How quotes are kept and found. Consuming one belongs to the payment's own transaction:
// quote_sql.hpp. Values; `run` them on the loop thread.
#pragma once

#include <optional>
#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/quotes/quote.hpp"
#include "remit/storage/operation.hpp"

namespace remit::quotes {

/// One with `payment_id` set is stored as consumed: it was made on the spot for its payment.
struct InsertQuote {
  struct Input {
    Tenant tenant;
    Quote quote;

    [[nodiscard]] Uuid quote_id() const;  ///< throws for one that make_quote_id did not make
  };
  using Output = void;
  static constexpr std::string_view kName = "quote_insert";
  static Bucket bucket_of(const Input& input);
  static void execute(storage::Transaction& transaction, storage::Slots<InsertQuote> slots);
};

/// Empty: there is none of that id.
struct FindQuote {
  struct Input {
    Tenant tenant;
    Uuid quote_id;
  };
  using Output = std::optional<Quote>;
  static constexpr std::string_view kName = "quote_find";
  static constexpr storage::OperationTraits kTraits{.lanes = storage::LaneKind::read};
  static Bucket bucket_of(const Input& input) { return input.tenant.bucket_of(input.quote_id); }
  static void execute(storage::Transaction& transaction, storage::Slots<FindQuote> slots);
};

}  // namespace remit::quotes
