#include "remit/storage/examination.hpp"

#include <memory>

#include "connection.hpp"
#include "conninfo.hpp"
#include "in_time.hpp"
#include "refusal.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/values.hpp"
#include "session_check.hpp"

namespace remit::storage {
namespace {

constexpr const char* kIsReadOnly = "SELECT current_setting('transaction_read_only')";
constexpr const char* kMayMigrate =
    "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";

std::expected<void, std::string> try_session(const std::string& url) {
  const auto conninfo = complete_conninfo(url, {.application_name = "remit-probe"});
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::write);
    const bool read_only = read_value<std::string>(connection.run(kIsReadOnly)) == "on";
    if (read_only) return std::unexpected(read_only_refusal());
    return check_session(connection, *conninfo);
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of("the database cannot be reached", error.what()));
  }
}

std::expected<void, std::string> look_at(const std::string& url, Examination& found) {
  auto pending = pending_migrations(url);
  if (!pending) return std::unexpected(pending.error());
  found.pending = *std::move(pending);
  const auto conninfo = complete_conninfo(url, {.application_name = "remit-examination"});
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::write);
    found.not_durable = settings_that_lose(connection);
    found.may_migrate = read_value<bool>(connection.run(kMayMigrate));
    return {};
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of("the database cannot be examined", error.what()));
  }
}

}  // namespace

std::expected<void, std::string> probe(const std::string& url, const std::stop_token& stop) {
  return in_time(stop, [url] { return try_session(url); });
}

std::expected<Examination, std::string> examine(const std::string& url,
                                                const std::stop_token& stop) {
  if (auto reachable = probe(url, stop); !reachable) return std::unexpected(reachable.error());
  const auto found = std::make_shared<Examination>();
  const auto looked = in_time(stop, [url, found] { return look_at(url, *found); });
  if (!looked) return std::unexpected(looked.error());
  return std::move(*found);
}

}  // namespace remit::storage
