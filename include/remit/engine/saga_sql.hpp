// The SQL of the saga table for the transactions of features: acceptance and reading happen
// together with a feature's own rows. For files with SQL alone; called on lane threads.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/engine/saga_row.hpp"
#include "remit/storage/columns.hpp"

namespace remit::engine {

/// Inserts what is not there yet, all of one plan: one statement for each bucket. Answers which
/// were inserted, and when. Of equal keys in one call the first wins.
[[nodiscard]] Inserted insert_sagas(storage::Transaction& transaction,
                                    std::span<const NewSaga> sagas);

/// A row of the saga table as it is stored.
struct StoredSaga {
  Saga saga;
  std::string currency{};
  std::optional<std::string> terms{};
  std::optional<std::string> legs{};
  ShownLeg shown{};
};

/// "s.tenant_id, s.saga_id, …": the columns that a SagaReader looks for, each behind `prefix`.
[[nodiscard]] std::string saga_columns(std::string_view prefix);

/// Reads the sagas of one result, whatever other columns it has.
class SagaReader {
 public:
  explicit SagaReader(const pqxx::result& rows);
  /// Never throws because of what a row says: see Saga::unreadable.
  [[nodiscard]] Saga read(const pqxx::row& row, const SagaPlan& plan) const;

 private:
  storage::RowReader<StoredSaga> reader_;
};

}  // namespace remit::engine
