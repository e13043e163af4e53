// The schema's history, applied in order: `migrations/NNNN_name.sql`, embedded in the program.
//
// Each migration runs in a transaction of its own together with its row in `schema_migration`; an
// advisory lock makes instances that start together take turns. Refused, with one line that says
// why: a database that knows a version this program does not, a migration whose text changed after
// it was applied, a gap. Start-up code: these calls block, except the one over lanes.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"

namespace remit::storage {

class Lanes;

struct Migration {
  std::int64_t version = 0;  ///< 1, 2, 3 …
  std::string_view name;     ///< "0001_payments"
  std::string_view sql;      ///< may hold several statements; no transaction control
};

struct MigrationReport {
  std::int64_t version = 0;          ///< the schema's version now
  std::vector<std::string> applied;  ///< names, in order; empty: there was nothing to do
};

/// Those of this program, in order.
[[nodiscard]] std::span<const Migration> embedded_migrations();

[[nodiscard]] std::expected<MigrationReport, std::string> migrate(const std::string& url);
[[nodiscard]] std::expected<MigrationReport, std::string> migrate(
    const std::string& url, std::span<const Migration> migrations);

/// Fails when anything is missing, unknown or changed. Changes nothing.
[[nodiscard]] std::expected<void, std::string> migrations_current(const std::string& url);
[[nodiscard]] std::expected<void, std::string> migrations_current(
    const std::string& url, std::span<const Migration> migrations);

/// The same for /readyz, through the lanes of a running program: kUnavailable with the reason.
Task<Result<void>> migrations_current(Lanes* lanes);

}  // namespace remit::storage
