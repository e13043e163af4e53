#include "remit/books/totaller.hpp"

#include "remit/auth/tenant_operations.hpp"
#include "remit/books/balance_operations.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::books {
namespace {

void log_failure(const Problem& problem) {
  telemetry::log(telemetry::Level::warn, "totals of the ledger wait",
                 {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

Totaller::Totaller(const jobs::Context& context, storage::Database& database,
                   TotallerSettings settings)
    : database_(database),
      settings_(settings),
      job_(context, "totals of the ledger", [this] { return turn(); }) {}

/// A slice of one tenant, or a look at which tenants there are.
Task<jobs::Rest> Totaller::turn() {
  if (left_.empty()) {
    const auth::ListTenants::Input all;
    const auto tenants = co_await database_.run<auth::ListTenants>(all);
    if (!tenants) {
      log_failure(tenants.error());
      co_return settings_.interval;
    }
    for (const auth::TenantRow& row : *tenants) left_.push_back(row.tenant);
    if (left_.empty()) co_return settings_.interval;
  }
  const AddToTotals::Input input{.tenant = left_.back(), .limit = settings_.slice};
  const Result<bool> has_more = co_await database_.run<AddToTotals>(input);
  if (!has_more) {
    log_failure(has_more.error());
    co_return settings_.interval;
  }
  if (!*has_more) left_.pop_back();
  if (left_.empty()) co_return settings_.interval;
  co_return Duration::zero();
}

}  // namespace remit::books
