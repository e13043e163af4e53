#include "bookkeeping.hpp"

#include <string>

#include "remit/auth/tenant_operations.hpp"
#include "settings.hpp"

namespace remit::app {

Bookkeeping::Bookkeeping(const jobs::Context& context, storage::Database& database, UuidSource& ids,
                         const config::Config& config)
    : database_(database),
      books_(database),
      receipts_(database),
      totaller_(context, database),
      checkpointer_(context, {database, ids, context.clock}, checkpoint_settings(config)),
      findings_(database),
      reconciler_(context,
                  {.database = database,
                   .ids = ids,
                   .tenants = [this] { return tenants(); },
                   .trial_balance = [this](Tenant tenant) { return trial_balance(tenant); }},
                  {.interval = config.reconciliation.interval}) {}

void Bookkeeping::stop() {
  for (jobs::Job* job : jobs()) job->stop();
}

Task<Result<std::vector<Tenant>>> Bookkeeping::tenants() {
  const auth::ListTenants::Input all;
  const auto rows = co_await database_.run<auth::ListTenants>(all);
  if (!rows) co_return fail(rows.error());
  std::vector<Tenant> tenants;
  for (const auth::TenantRow& row : *rows) tenants.push_back(row.tenant);
  co_return tenants;
}

Task<Result<std::vector<reconciliation::CurrencySum>>> Bookkeeping::trial_balance(Tenant tenant) {
  const auto balance = co_await books_.trial_balance(tenant);
  if (!balance) co_return fail(balance.error());
  std::vector<reconciliation::CurrencySum> sums;
  for (const books::TrialBalance& each : balance->currencies) {
    sums.push_back({.currency = std::string(to_string(each.currency)),
                    .wallets = each.balances + each.reserved,
                    .entries = each.entries});
  }
  co_return sums;
}

}  // namespace remit::app
