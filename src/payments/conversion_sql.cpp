#include "conversion_sql.hpp"

#include <map>

namespace remit::payments {
namespace {

using storage::column;
using Row = ConversionRow;

template <auto... path>
constexpr storage::Column<Row> of_details(std::string_view name) {
  return column<Row, &Row::details, path...>(name);
}
using Details = ConversionDetails;

constexpr storage::Column<Row> kColumns[] = {
    column<Row, &Row::tenant>("tenant_id"),
    column<Row, &Row::payment_id>("payment_id"),
    of_details<&Details::source_account>("source_account"),
    of_details<&Details::destination_account>("destination_account"),
    of_details<&Details::quote_id>("quote_id"),
    of_details<&Details::rate>("exchange_rate"),
    of_details<&Details::payout, &Money::minor>("payout_amount"),
    column<Row, &Row::payout_currency>("payout_currency"),
    of_details<&Details::platform_fee, &Money::minor>("platform_fee"),
    of_details<&Details::onramp_fee, &Money::minor>("onramp_fee"),
    of_details<&Details::offramp_fee, &Money::minor>("offramp_fee"),
    of_details<&Details::execute_at>("execute_at"),
    storage::nullable_text<Row, &Row::details, &Details::external_id>("external_id"),
    storage::nullable_text<Row, &Row::details, &Details::metadata>("metadata")};

const storage::ComposedStatement kInsert("conversion_insert", R"(
    INSERT INTO conversion ({columns}, bucket) SELECT *, {bucket} FROM {conversions})",
                                         {{"{columns}", storage::names(kColumns)},
                                          {"{bucket}", storage::parameter("smallint")},
                                          {"{conversions}", storage::unnest(kColumns, "new")}});

}  // namespace

void insert_conversions(storage::Transaction& transaction, const std::vector<ConversionRow>& rows) {
  std::map<Bucket, storage::RowArrays<Row>> by_bucket;
  for (const ConversionRow& row : rows)
    by_bucket.try_emplace(row.bucket, kColumns).first->second.add(row);
  for (const auto& [bucket, arrays] : by_bucket) transaction.execute(kInsert, bucket, arrays);
}

ConversionReader::ConversionReader(const pqxx::result& rows) : reader_(kColumns, rows) {}

std::optional<ConversionRow> ConversionReader::read(const pqxx::row& row, Currency source) const {
  if (row["quote_id"].is_null()) return std::nullopt;
  constexpr TenantId kAsItSays{0};
  ConversionRow conversion = reader_.read(row, {.tenant = kAsItSays, .payment_id = {}});
  ConversionDetails& details = conversion.details;
  details.payout.currency = parse_currency(conversion.payout_currency).value_or(Currency::USD);
  for (Money* fee : {&details.platform_fee, &details.onramp_fee, &details.offramp_fee}) {
    fee->currency = source;
  }
  return conversion;
}

}  // namespace remit::payments
