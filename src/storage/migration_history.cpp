#include "migration_history.hpp"

#include <algorithm>

#include "remit/base/sha256.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

/// Whether it is there, and whether it says of what manner a migration is.
constexpr const char* kTable =
    "SELECT to_regclass('schema_migration') IS NOT NULL,"
    " EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('schema_migration')"
    "  AND attname = 'additive' AND NOT attisdropped)";

/// In all that both know.
std::expected<void, std::string> require_same(const History& applied,
                                              std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < std::min(applied.size(), migrations.size()); ++i) {
    const Applied& there = applied[i];
    const Migration& here = migrations[i];
    if (there.version != here.version) {
      return std::unexpected("the database has migration " + there.name +
                             " where this program has " + std::string(here.name));
    }
    if (there.checksum != sha256(here.sql)) {
      return std::unexpected("migration " + there.name +
                             " was changed after it was applied to this database");
    }
  }
  return {};
}

std::string unknown_migration(const Applied& there) {
  return "the database has migration " + there.name +
         ", which this program does not know: it is older than its database";
}

}  // namespace

History read_history(const pqxx::result& rows) {
  History applied;
  for (const auto& row : rows) {
    auto [version, name, checksum, additive] =
        read_row<std::int64_t, std::string, std::string, bool>(row);
    applied.push_back({version, std::move(name), std::move(checksum), additive});
  }
  return applied;
}

History read_history(Connection& connection) {
  const auto [is_there, is_current] = read_row<bool, bool>(connection.run(kTable).front());
  if (!is_there) return {};
  if (!is_current) {
    throw std::runtime_error(
        "its table schema_migration has no column additive: it was made by a version of remit that "
        "was never released, or by something else");
  }
  Transaction transaction(connection);
  return read_history(transaction.execute(kHistory));
}

std::expected<std::size_t, std::string> compare(const History& applied,
                                                std::span<const Migration> migrations) {
  if (auto same = require_same(applied, migrations); !same) return std::unexpected(same.error());
  if (applied.size() > migrations.size()) {
    return std::unexpected(unknown_migration(applied[migrations.size()]));
  }
  return applied.size();
}

std::expected<std::vector<std::string>, std::string> pending_of(
    const History& applied, std::span<const Migration> migrations) {
  const auto done = compare(applied, migrations);
  if (!done) return std::unexpected(done.error());
  std::vector<std::string> names;
  for (const Migration& migration : migrations.subspan(*done)) names.emplace_back(migration.name);
  return names;
}

std::string not_applied(const std::vector<std::string>& pending) {
  const std::string more = pending.size() == 1 ? " is not applied to the database yet"
                                               : " and " + std::to_string(pending.size() - 1) +
                                                     " more are not applied to the database yet";
  return "migration " + pending.front() + more;
}

SchemaReport judge(const History& applied, std::span<const Migration> migrations, bool migrating) {
  if (applied.size() <= migrations.size()) {
    const auto pending = pending_of(applied, migrations);
    if (!pending) return {SchemaFit::unfit, pending.error()};
    return pending->empty() ? SchemaReport{}
                            : SchemaReport{SchemaFit::unfit, not_applied(*pending)};
  }
  if (const auto same = require_same(applied, migrations); !same) {
    return {SchemaFit::unfit, same.error()};
  }
  const auto unknown = std::span(applied).subspan(migrations.size());
  const auto breaking = std::ranges::find(unknown, false, &Applied::additive);
  if (breaking != unknown.end()) return {SchemaFit::outdated, unknown_migration(*breaking)};
  if (migrating) return {};
  return {SchemaFit::superseded, unknown_migration(unknown.front())};
}

}  // namespace remit::storage
