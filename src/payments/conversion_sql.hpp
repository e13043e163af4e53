// What a conversion is beside its saga, for those who write it and those who read it. For files
// with SQL alone; called on lane threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "remit/payments/payment.hpp"
#include "remit/storage/columns.hpp"

namespace remit::payments {

struct ConversionRow {
  Bucket bucket{0};
  TenantId tenant;
  Uuid payment_id;
  ConversionDetails details{};
  std::string payout_currency{};  ///< by name, since a newer version may know more
};

void insert_conversions(storage::Transaction& transaction, const std::vector<ConversionRow>& rows);

/// Reads the conversions of one result, whatever other columns it has.
class ConversionReader {
 public:
  explicit ConversionReader(const pqxx::result& rows);
  /// With fees in the `source` currency; empty: it is none.
  [[nodiscard]] std::optional<ConversionRow> read(const pqxx::row& row, Currency source) const;

 private:
  storage::RowReader<ConversionRow> reader_;
};

}  // namespace remit::payments
