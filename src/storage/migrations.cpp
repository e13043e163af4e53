#include "remit/storage/migrations.hpp"

#include <openssl/evp.h>

#include <array>
#include <pqxx/result>
#include <stdexcept>

#include "connection.hpp"
#include "conninfo.hpp"
#include "failure.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/storage/values.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::storage {
namespace {

constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
// The letters "remit" as a number.
constexpr const char* kLock = "SELECT pg_advisory_lock(491327940980)";
constexpr const char* kTableExists = "SELECT to_regclass('schema_migration') IS NOT NULL";
constexpr Statement kApplied{
    "schema_migration_list",
    "SELECT version, name, checksum FROM schema_migration ORDER BY version"};
constexpr Statement kRecord{
    "schema_migration_record",
    "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)"};

struct Applied {
  std::int64_t version = 0;
  std::string name;
  std::string checksum;
};

using Check = std::expected<std::size_t, std::string>;

std::string sha256(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::vector<Applied> read_applied(const pqxx::result& rows) {
  std::vector<Applied> applied;
  for (const auto& row : rows) {
    applied.push_back(
        {read<std::int64_t>(row[0]), read<std::string>(row[1]), read<std::string>(row[2])});
  }
  return applied;
}

// How many of the migrations are applied; or why the two histories do not agree.
Check compare(const std::vector<Applied>& applied, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    const Applied& there = applied[i];
    if (i >= migrations.size()) {
      return std::unexpected("the database has migration " + there.name +
                             ", which this program does not know: it is older than its database");
    }
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
  return applied.size();
}

void apply(Connection& connection, const Migration& migration) {
  connection.run("BEGIN");
  connection.run(std::string(migration.sql));
  Transaction transaction(connection);
  transaction.execute(kRecord, migration.version, migration.name, sha256(migration.sql));
  connection.run("COMMIT");
  telemetry::log(telemetry::Level::info, "migration applied", {{"migration", migration.name}});
}

std::string one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  for (char& character : text) {
    if (character == '\n') character = ' ';
  }
  return text;
}

std::expected<MigrationReport, std::string> migrate_over(Connection& connection,
                                                         std::span<const Migration> migrations) {
  connection.run(kLock);  // until the connection ends
  connection.run(kCreateTable);
  Transaction transaction(connection);
  const Check done = compare(read_applied(transaction.execute(kApplied)), migrations);
  if (!done) return std::unexpected(done.error());
  MigrationReport report;
  for (const Migration& migration : migrations.subspan(*done)) {
    try {
      apply(connection, migration);
    } catch (const std::exception& error) {
      return std::unexpected("migration " + std::string(migration.name) +
                             " failed: " + one_line(error.what()));
    }
    report.applied.emplace_back(migration.name);
  }
  if (!migrations.empty()) report.version = migrations.back().version;
  return report;
}

// The same check for a single connection and for lanes.
std::expected<void, std::string> require_current(const std::vector<Applied>& applied,
                                                 std::span<const Migration> migrations) {
  const Check done = compare(applied, migrations);
  if (!done) return std::unexpected(done.error());
  if (*done == migrations.size()) return {};
  return std::unexpected("migration " + std::string(migrations[*done].name) +
                         " is not applied to the database yet");
}

template <class Outcome, class Work>
std::expected<Outcome, std::string> with_connection(const std::string& url, Work work) {
  const auto conninfo =
      complete_conninfo(url, {.application_name = "remit-migrations", .needs_writes = true});
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::migration);
    return work(connection);
  } catch (const std::exception& error) {
    return std::unexpected("the database cannot be migrated: " + one_line(error.what()));
  }
}

struct ListMigrations {
  static constexpr std::string_view kName = "list_migrations";
  struct Input {};
  using Output = std::vector<Applied>;

  static void execute(Transaction& transaction, std::span<Slot<ListMigrations>> slots) {
    const std::vector<Applied> applied = read_applied(transaction.execute(kApplied));
    for (auto& slot : slots) slot.output = applied;
  }
};

}  // namespace

std::expected<MigrationReport, std::string> migrate(const std::string& url) {
  return migrate(url, embedded_migrations());
}

std::expected<MigrationReport, std::string> migrate(const std::string& url,
                                                    std::span<const Migration> migrations) {
  return with_connection<MigrationReport>(
      url, [&](Connection& connection) { return migrate_over(connection, migrations); });
}

std::expected<void, std::string> migrations_current(const std::string& url) {
  return migrations_current(url, embedded_migrations());
}

std::expected<void, std::string> migrations_current(const std::string& url,
                                                    std::span<const Migration> migrations) {
  return with_connection<void>(url, [&](Connection& connection) {
    const bool exists = read<bool>(connection.run(kTableExists)[0][0]);
    if (!exists) return require_current({}, migrations);
    Transaction transaction(connection);
    return require_current(read_applied(transaction.execute(kApplied)), migrations);
  });
}

Task<Result<void>> migrations_current(Lanes* lanes) {
  auto listing = lanes->run<ListMigrations>({});
  Result<std::vector<Applied>> applied = co_await std::move(listing);
  if (!applied) co_return std::unexpected(std::move(applied.error()));
  const auto current = require_current(*applied, embedded_migrations());
  if (!current) co_return std::unexpected(unavailable(current.error()));
  co_return Result<void>();
}

}  // namespace remit::storage
