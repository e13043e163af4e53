#include "ledger_commands.hpp"

#include <cstdlib>
#include <iostream>

#include "fail_with.hpp"
#include "one_lane.hpp"
#include "remit/auth/tenant_operations.hpp"
#include "remit/books/verifier.hpp"

namespace remit::app {
namespace {

void print_verdict(const auth::TenantRow& row, const books::Verdict& verdict) {
  std::cout << row.name << ": " << verdict.checkpoints << " checkpoints fit, over "
            << verdict.postings << " postings";
  if (verdict.checkpoints > 0) std::cout << "; the last has root " << to_hex(verdict.root_hash);
  if (verdict.fault.empty()) {
    std::cout << "; " << verdict.uncovered << " postings wait for the next" << std::endl;
  } else {
    std::cout << "; DOES NOT FIT: " << verdict.fault << std::endl;
  }
}

}  // namespace

int verify_ledger(const config::Config& config) {
  OneLane lane(config);
  const auto tenants = lane.await(lane.database().run<auth::ListTenants>({}));
  if (!tenants) return fail_with(tenants.error());
  int status = EXIT_SUCCESS;
  for (const auth::TenantRow& row : *tenants) {
    const auto verdict = lane.await(books::verify_ledger(&lane.database(), row.tenant));
    if (!verdict) return fail_with(verdict.error());
    print_verdict(row, *verdict);
    if (!verdict->fault.empty()) status = kFailed;
  }
  if (status != EXIT_SUCCESS) return fail_with(status, "the ledger is not what it was");
  return status;
}

}  // namespace remit::app
