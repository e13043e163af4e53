// The sums: what was posted, promised and summarised, against what the providers did.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "remit/payments/payment_machine.hpp"
#include "simulation/checker.hpp"
#include "support/tenants.hpp"

namespace remit::simulation {
namespace {

using providers::OperationKind;
using Status = providers::Outcome::Status;

using Sums = std::map<std::pair<std::string, Currency>, std::int64_t>;

bool is_charge(const engine::Saga& saga) { return saga.plan == &payments::charge_plan(); }

std::vector<ledger::Posting> expected_postings(const engine::Saga& saga) {
  std::vector<ledger::Posting> all;
  const auto add = [&all](const std::vector<ledger::Posting>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  const bool compensated = saga.error_code == "COMPENSATED";
  if (saga.status != engine::kCompleted && !compensated) return all;
  const std::vector<ledger::Posting> first = saga.plan->postings(saga, 0);
  add(first);
  if (compensated) add(ledger::mirror(first));
  if (saga.status == engine::kCompleted && !is_charge(saga)) add(saga.plan->postings(saga, 1));
  return all;
}

void add_to(Sums& sums, std::string account, Money amount, std::int64_t sign) {
  sums[{std::move(account), amount.currency}] += sign * amount.minor;
}

/// What the accounts of the outside must hold if the providers' books are right.
Sums expected_sums(const ProviderWorld& providers) {
  Sums sums;
  for (const auto& provider : providers.all()) {
    if (const auto* processor = dynamic_cast<const SimProcessor*>(provider.get())) {
      for (const auto& [id, record] : processor->book()) {
        add_to(sums, "source_funds", record.amount, -1);
        add_to(sums, "processor:" + processor->config().name, record.amount, 1);
      }
    }
    if (const auto* ramp = dynamic_cast<const SimRamp*>(provider.get())) {
      for (const auto& [id, transfer] : ramp->book()) {
        if (transfer.status != Status::settled) continue;
        if (transfer.kind == OperationKind::onramp) {
          add_to(sums, "source_funds", transfer.source, -1);
        } else if (transfer.kind == OperationKind::refund) {
          add_to(sums, "source_funds", transfer.target, 1);
        } else {
          add_to(sums, "payout_funds", transfer.target, 1);
        }
      }
    }
  }
  return sums;
}

bool is_outside(const std::string& account) {
  return account == "source_funds" || account == "payout_funds" || account == "clearing" ||
         account.starts_with("processor:");
}

}  // namespace

void Checker::check_books(const std::deque<Promise>& promises) {
  look();
  tables_.each_saga([this](const SagaRow& row) {
    check_history(row.saga);
    check_postings(row.saga);
    if (is_charge(row.saga)) {
      check_charge(row.saga);
    } else {
      check_conversion(row.saga);
    }
  });
  check_ledger();
  check_events();
  check_quotes();
  for (const Promise& promise : promises) check_promise(promise);
  check_no_strangers(promises);
}

void Checker::check_postings(const engine::Saga& saga) {
  const std::vector<ledger::Posting> expected = expected_postings(saga);
  const auto rows = tables_.postings(saga.tenant, saga.id);
  const bool same =
      std::ranges::equal(expected, rows, {}, {}, [](const PostingRow& row) { return row.posting; });
  if (!same) {
    complain(saga.id, saga.status + ": " + std::to_string(rows.size()) + " postings, not the " +
                          std::to_string(expected.size()) + " expected");
  }
}

void Checker::check_ledger() {
  Sums sums;
  tables_.each_movement([&sums](const Tables::Key&, std::span<const PostingRow> rows) {
    for (const PostingRow& row : rows) {
      if (row.posting.kind == "processor_fee") continue;  // the processor keeps it of what it holds
      add_to(sums, row.posting.debit_account, row.posting.amount, 1);
      add_to(sums, row.posting.credit_account, row.posting.amount, -1);
    }
  });
  Sums expected = expected_sums(world_.providers);
  for (const auto& [account, sum] : sums) expected.try_emplace(account, 0);
  for (const auto& [account, sum] : expected) {
    if (!is_outside(account.first) || sums[account] == sum) continue;
    world_.log.violation("the ledger has " + std::to_string(sums[account]) + " on " +
                         account.first + " in " + std::string(to_string(account.second)) +
                         ", the providers " + std::to_string(sum));
  }
}

void Checker::check_quotes() {
  std::set<Uuid> used;
  tables_.each_conversion(
      [this, &used](const Tables::Key& key, const payments::ConversionDetails& details) {
        if (!used.insert(details.quote_id).second) complain(key.second, "its quote is used twice");
        const quotes::Quote* const quote = tables_.quote(key.first, details.quote_id);
        if (quote == nullptr || quote->payment_id != key.second) {
          complain(key.second, "its quote is not its own");
        }
      });
}

void Checker::check_promise(const Promise& promise) {
  RunLog& log = world_.log;
  if (promise.type == ClientRequest::Type::convert) {
    const KeyRow* const row = tables_.key(promise.tenant, promise.key);
    if (promise.held && (row == nullptr || row->answer.status != promise.held->status ||
                         row->answer.body != promise.held->body)) {
      log.violation("the key " + promise.key + " does not hold what was told");
    }
    if (promise.quote_was_taken && row != nullptr) {
      log.violation("the key " + promise.key + " was refused without a trace, and has one");
    }
  }
  if (!promise.payment_id) return;
  const SagaRow* const row = tables_.saga(promise.tenant, *promise.payment_id);
  if (row == nullptr) {
    complain(*promise.payment_id, "was accepted and is lost");
    return;
  }
  if (row->saga.amount.minor != promise.amount.minor) {
    complain(*promise.payment_id, "is of another amount than was asked for");
  }
  if (promise.cancelled && row->saga.status != engine::kCancelled) {
    complain(*promise.payment_id, "was cancelled and is " + row->saga.status);
  }
}

void Checker::check_no_strangers(const std::deque<Promise>& promises) {
  std::set<Uuid> wanted;
  for (const Promise& promise : promises) {
    if (promise.type != ClientRequest::Type::charge) continue;
    if (const auto id = Uuid::parse(promise.key)) wanted.insert(*id);
  }
  tables_.each_key([this, &wanted](TenantId, const std::string& key, const KeyRow& row) {
    if (row.answer.status != 202) return;
    const auto id = Uuid::parse(row.answer.resource_id);
    if (!id || !wanted.insert(*id).second) {
      world_.log.violation("the key " + key + " shares its payment with another");
    }
  });
  std::int64_t found = 0;
  tables_.each_saga([this, &wanted, &found](const SagaRow& row) {
    if (wanted.contains(row.saga.id)) {
      ++found;
    } else {
      complain(row.saga.id, "nobody asked for it");
    }
  });
  for (const auto& provider : world_.providers.all()) {
    const auto* const processor = dynamic_cast<const SimProcessor*>(provider.get());
    if (processor == nullptr) continue;
    for (const auto& [id, record] : processor->book()) {
      const bool is_known = std::ranges::any_of(kTenants, [this, &id](const Tenant& tenant) {
        return tables_.saga(tenant, id) != nullptr;
      });
      if (!is_known) {
        complain(id, "charged, but there is no such payment");
      }
    }
  }
}

void Checker::check_summary(TenantId tenant, std::optional<Timestamp> from,
                            std::optional<Timestamp> to, const payments::Summary& summary) {
  for (const auto& provider : world_.providers.all()) {
    const auto* const processor = dynamic_cast<const SimProcessor*>(provider.get());
    if (processor == nullptr) continue;
    payments::ProcessorTotal total;
    for (const auto& [id, record] : processor->book()) {
      if (tables_.saga(tenant, id) == nullptr) continue;
      if ((from && record.requested_at < *from) || (to && record.requested_at > *to)) continue;
      ++total.requests;
      total.amount_minor += record.amount.minor;
    }
    const auto said = summary.find(processor->config().name);
    if (said == summary.end() || said->second.requests != total.requests ||
        said->second.amount_minor != total.amount_minor) {
      world_.log.violation("the summary of " + processor->config().name +
                           " is not what it has on its books");
    }
  }
}

}  // namespace remit::simulation
