#include <cmath>
#include <set>

#include "support/agreement_evidence.hpp"

namespace remit::test {
namespace {

using Sums = std::map<std::string, std::int64_t>;

/// "account currency" to what it holds, of one saga's postings; accounts at zero are left out.
Sums balances_of(const SagaEvidence& saga) {
  Sums sums;
  for (const Json& posting : saga.postings) {
    const std::string currency = " " + posting.at("currency").get<std::string>();
    const std::int64_t amount = posting.at("amount");
    sums[posting.at("debit_account").get<std::string>() + currency] += amount;
    sums[posting.at("credit_account").get<std::string>() + currency] -= amount;
  }
  std::erase_if(sums, [](const auto& sum) { return sum.second == 0; });
  return sums;
}

std::int64_t held(const Sums& sums, const std::string& account) {
  const auto sum = sums.find(account);
  return sum == sums.end() ? 0 : sum->second;
}

bool may_follow(const std::string& from, const std::string& to) {
  return from != "COMPLETED" && from != "CANCELLED" && (from != "FAILED" || to == "PENDING");
}

/// What one payment's transfers come to on all ramps' books together.
struct Moved {
  int onramps = 0;
  int offramps = 0;
  int refunds = 0;
  int pending = 0;
};

std::map<std::string, Moved> moved_by_payment(const Evidence& evidence) {
  std::map<std::string, Moved> moved;
  for (const BookRecord& record : evidence.transfers) {
    Moved& sum = moved[record.text("payment_id")];
    const std::string status = record.text("status");
    if (status == "PENDING") ++sum.pending;
    if (status != "SETTLED") continue;
    const std::string kind = record.text("kind");
    (kind == "refund" ? sum.refunds : kind == "onramp" ? sum.onramps : sum.offramps) += 1;
  }
  return moved;
}

std::string count_of(int count, const char* what) { return std::to_string(count) + " " + what; }

void examine_moved(const std::string& id, const SagaEvidence& saga, const Moved& moved,
                   Disagreements& found) {
  const int wanted = saga.status() == "COMPLETED" ? 1 : 0;
  const int onramps = moved.onramps - moved.refunds;
  const bool in_bounds = onramps >= 0 && onramps <= 1 && moved.offramps <= 1;
  const bool as_said = onramps == wanted && moved.offramps == wanted && moved.pending == 0;
  if (in_bounds && (as_said || !saga.is_final())) return;
  found.push_back("conversion " + id + " is " + saga.status() + ", and the ramps have settled " +
                  count_of(moved.onramps, "onramps, ") + count_of(moved.refunds, "refunds, ") +
                  count_of(moved.offramps, "offramps, with ") + count_of(moved.pending, "pending"));
}

/// The leg's provider has it under its operation, with its amounts, settled. Members that follow
/// are left out: the provider of the leg that the columns show, and a target that is the source.
void examine_leg(const std::string& id, const Json& leg, const SagaEvidence& saga,
                 const Evidence& evidence, Disagreements& found) {
  if (leg.value("state", "planned") != "settled") return;
  const std::string provider = leg.value("provider", saga.text("provider"));
  const Json& target = leg.contains("target") ? leg.at("target") : leg.at("source");
  for (const BookRecord& record : evidence.transfers) {
    if (record.entry.at("operation_id") != leg.at("operation_id")) continue;
    const bool same = provider == record.provider && record.text("status") == "SETTLED" &&
                      record.entry.at("source_amount") == leg.at("source").at(0) &&
                      record.entry.at("source_currency") == leg.at("source").at(1) &&
                      record.entry.at("target_amount") == target.at(0) &&
                      record.entry.at("target_currency") == target.at(1) &&
                      record.entry.at("payment_id") == id;
    if (!same) {
      found.push_back("conversion " + id + ": a leg is settled as " + leg.dump() + ", and " +
                      record.provider + " has " + record.entry.dump());
    }
    return;
  }
  found.push_back("conversion " + id + ": settled operation " +
                  leg.at("operation_id").get<std::string>() + " is on nobody's books");
}

/// Where each operation is on the books, once for each time.
std::map<std::string, std::vector<std::string>> places_of(const Evidence& evidence) {
  std::map<std::string, std::vector<std::string>> places;
  for (const auto* records : {&evidence.charges, &evidence.transfers}) {
    for (const BookRecord& record : *records) {
      places[record.text("operation_id")].push_back(record.provider);
    }
  }
  return places;
}

}  // namespace

void examine_history(const std::string& id, const SagaEvidence& saga, const Allowances& allowed,
                     Disagreements& found) {
  const std::string what = saga.text("kind") + " " + id;
  std::string at = "PENDING";
  for (const Json& transition : saga.transitions) {
    const std::string from = transition.at("from_status");
    const std::string to = transition.at("to_status");
    if (from != at) found.push_back(what + ": history goes on from " + from + " while at " + at);
    if (!may_follow(from, to)) found.push_back(what + ": left " + from + ", which is final");
    at = to;
  }
  if (at != saga.status()) {
    found.push_back(what + ": history ends in " + at + ", status is " + saga.status());
  }
  const bool idle = saga.row.at("due_at").is_null() && saga.row.at("lease_owner").is_null() &&
                    !saga.row.at("processed_at").is_null();
  if (saga.is_final() && !idle) found.push_back(what + ": final, with work or a lease left");
  if (!saga.is_final() && !allowed.open) {
    found.push_back(what + ": still " + saga.status() + ", due in " + saga.text("due_in") +
                    ", leased by '" + saga.text("lease_owner") + "', parked '" +
                    saga.text("parked_reason") + "'");
  }
  const std::string used_by = saga.text("quote_used_by");
  if (saga.text("kind") == "conversion" && used_by != id) {
    found.push_back(what + ": its quote is used by '" + used_by + "'");
  }
}

void examine_postings(const std::string& id, const SagaEvidence& saga, Disagreements& found) {
  const std::string what = saga.text("kind") + " " + id;
  const Sums sums = balances_of(saga);
  const std::string currency = " " + saga.text("currency");
  const std::int64_t amount = saga.row.at("amount");
  if (saga.is_final() && saga.status() != "COMPLETED" && !sums.empty()) {
    found.push_back(what + " is " + saga.status() + ", and the ledger has kept " +
                    Json(sums).dump());
  }
  if (!saga.is_final() && saga.text("kind") == "charge" && !sums.empty()) {
    found.push_back(what + " is under way, and in the ledger already");
  }
  if (saga.status() != "COMPLETED") return;
  if (held(sums, "source_funds" + currency) != -amount) {
    found.push_back(what + ": the ledger took " + Json(sums).dump() + " for " +
                    std::to_string(amount) + currency);
  }
  if (saga.text("kind") == "charge") {
    const std::string processor = saga.text("provider");
    const std::int64_t kept = held(sums, "processor:" + processor + currency) +
                              held(sums, "fees:processor:" + processor + currency);
    if (kept != amount) found.push_back(what + ": the ledger says " + Json(sums).dump());
    return;
  }
  const std::string payout_currency = " " + saga.text("payout_currency");
  const bool paid =
      held(sums, "payout_funds" + payout_currency) == saga.row.at("payout_amount").get<long>();
  bool cleared = true;
  for (const auto& [account, sum] : sums) cleared = cleared && !account.starts_with("clearing ");
  if (!paid || !cleared) found.push_back(what + ": the ledger says " + Json(sums).dump());
}

int count_doubled(const Evidence& evidence) {
  int doubled = 0;
  for (const auto& [operation, providers] : places_of(evidence)) {
    if (providers.size() > 1) ++doubled;
  }
  for (const auto& [id, moved] : moved_by_payment(evidence)) {
    if (moved.onramps - moved.refunds > 1 || moved.offramps > 1) ++doubled;
  }
  return doubled;
}

void examine_queue(const Evidence& evidence, Disagreements& found) {
  for (const Json& fault : evidence.queue_faults) {
    const std::string id = fault.at("saga_id");
    found.push_back(fault.at("is_missing").get<bool>() ? "saga " + id + " is due and not queued"
                                                       : "saga " + id + " is queued and not due");
  }
}

void examine_operations(const Evidence& evidence, Disagreements& found) {
  for (const auto& [operation, providers] : places_of(evidence)) {
    if (providers.size() == 1) continue;
    found.push_back("operation " + operation + " is on the books " +
                    std::to_string(providers.size()) + " times: " + Json(providers).dump());
  }
}

void examine_charges(const Evidence& evidence, Disagreements& found) {
  std::set<std::string> recorded;
  for (const BookRecord& record : evidence.charges) {
    const std::string id = record.text("operation_id");
    recorded.insert(id);
    const auto at = evidence.sagas.find(id);
    if (at == evidence.sagas.end()) {
      found.push_back(record.provider + " has a charge " + id + " that nobody knows");
      continue;
    }
    const SagaEvidence& saga = at->second;
    const std::string says = record.provider + " has charge " + id + " as " + record.entry.dump();
    const auto minor = std::llround(record.entry.at("amount").get<double>() * 100);
    if (minor != saga.row.at("amount").get<std::int64_t>() || saga.text("kind") != "charge") {
      found.push_back(says + ", the database as " + saga.row.dump());
    }
    if (saga.is_final() && saga.status() != "COMPLETED") found.push_back(says + ", it is not");
    const bool same_place = saga.text("provider") == record.provider &&
                            record.text("requested_at").starts_with(saga.text("requested_at"));
    if (saga.status() == "COMPLETED" && !same_place) {
      found.push_back(says + ", the database at " + saga.text("provider") + " " +
                      saga.text("requested_at"));
    }
  }
  for (const auto& [id, saga] : evidence.sagas) {
    if (saga.text("kind") == "charge" && saga.status() == "COMPLETED" && !recorded.contains(id)) {
      found.push_back("charge " + id + " is COMPLETED, and on no processor's books");
    }
  }
}

void examine_transfers(const Evidence& evidence, Disagreements& found) {
  const auto moved = moved_by_payment(evidence);
  for (const auto& [id, saga] : evidence.sagas) {
    if (saga.text("kind") != "conversion") continue;
    const auto sum = moved.find(id);
    examine_moved(id, saga, sum == moved.end() ? Moved{} : sum->second, found);
    if (saga.row.at("legs").is_null()) continue;
    for (const Json& leg : saga.row.at("legs")) examine_leg(id, leg, saga, evidence, found);
  }
  for (const auto& [id, sum] : moved) {
    if (!evidence.sagas.contains(id)) found.push_back("ramps know a payment " + id + ", we do not");
  }
}

}  // namespace remit::test
