#include "remit/engine/saga_sql.hpp"

#include <stdexcept>

#include "legs_document.hpp"
#include "remit/storage/columns.hpp"

namespace remit::engine {
namespace {

using storage::column;
using storage::nullable_text;

template <auto... path>
constexpr storage::Column<StoredSaga> of_saga(std::string_view name) {
  return column<StoredSaga, &StoredSaga::saga, path...>(name);
}
template <auto... path>
constexpr storage::Column<StoredSaga> text_of_saga(std::string_view name) {
  return nullable_text<StoredSaga, &StoredSaga::saga, path...>(name);
}

constexpr storage::Column<StoredSaga> kColumns[] = {
    of_saga<&Saga::bucket>("bucket"),
    of_saga<&Saga::tenant>("tenant_id"),
    of_saga<&Saga::id>("saga_id"),
    of_saga<&Saga::status>("status"),
    of_saga<&Saga::version>("version"),
    of_saga<&Saga::amount, &Money::minor>("amount"),
    column<StoredSaga, &StoredSaga::currency>("currency"),
    column<StoredSaga, &StoredSaga::terms>("terms"),
    column<StoredSaga, &StoredSaga::legs>("legs"),
    of_saga<&Saga::is_traced>("is_traced"),
    text_of_saga<&Saga::error_code>("error_code"),
    text_of_saga<&Saga::error_message>("error_message"),
    text_of_saga<&Saga::parked_reason>("parked_reason"),
    of_saga<&Saga::created_at>("created_at"),
    of_saga<&Saga::updated_at>("updated_at"),
    of_saga<&Saga::processed_at>("processed_at"),
    text_of_saga<&Saga::request_id>("request_id"),
    text_of_saga<&Saga::traceparent>("traceparent"),
    storage::nullable_text<StoredSaga, &StoredSaga::shown, &ShownLeg::provider>("provider"),
    column<StoredSaga, &StoredSaga::shown, &ShownLeg::submitted_at>("submitted_at")};

void add_currency(Saga& saga, const std::string& name) {
  const auto currency = parse_currency(name);
  if (!currency) throw std::runtime_error("its currency is " + name);
  saga.amount.currency = *currency;
}

}  // namespace

std::string saga_columns(std::string_view prefix) { return storage::names(kColumns, prefix); }

SagaReader::SagaReader(const pqxx::result& rows) : reader_(kColumns, rows) {}

Saga SagaReader::read(const pqxx::row& row, const SagaPlan& plan) const {
  constexpr TenantId kAsItSays{0};
  StoredSaga stored = reader_.read(row, {.saga = Saga(kAsItSays)});
  Saga& saga = stored.saga;
  saga.plan = &plan;
  try {
    add_currency(saga, stored.currency);
    if (plan.read_terms != nullptr) {
      saga.terms = plan.read_terms(stored.terms.value_or(""), saga.amount.currency);
    }
    read_legs(saga, stored.legs, stored.shown);
    check_legs(saga);
  } catch (const std::exception& error) {
    saga.legs.clear();
    saga.unreadable = error.what();
  }
  return std::move(saga);
}

}  // namespace remit::engine
