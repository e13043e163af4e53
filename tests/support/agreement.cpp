#include "support/agreement.hpp"

#include <cmath>
#include <set>

#include "support/agreement_evidence.hpp"
#include "support/postgres.hpp"

namespace remit::test {
namespace {

void examine_promise(const Promise& promise, const Evidence& evidence, const Allowances& allowed,
                     Disagreements& found) {
  if (!promise.is_accepted()) return;
  const std::string what = promise.kind + " " + promise.payment_id;
  const auto at = evidence.sagas.find(promise.payment_id);
  if (at == evidence.sagas.end()) {
    found.push_back(what + " was accepted and is lost");
    return;
  }
  const SagaEvidence& saga = at->second;
  if (saga.text("kind") != promise.kind || saga.text("currency") != promise.currency ||
      saga.row.at("amount") != promise.amount_minor) {
    found.push_back(what + ": asked for " + promise.request + ", became " + saga.row.dump());
  }
  if (saga.is_final() && saga.status() != "COMPLETED" && !allowed.failed) {
    found.push_back(what + " ended " + saga.status() + " " + saga.text("error_code"));
  }
}

/// The key has one stored answer, and it is what the client was told.
void examine_key(const Promise& promise, const Evidence& evidence, Disagreements& found) {
  if (promise.kind != "conversion" || !promise.is_accepted()) return;
  const auto kept = evidence.keys.find(promise.key);
  if (kept == evidence.keys.end()) {
    found.push_back("key " + promise.key + " was answered and is not kept");
    return;
  }
  const Json& row = kept->second;
  if (row.at("status") != promise.status || row.at("body") != promise.answer ||
      row.at("resource_id") != promise.payment_id) {
    found.push_back("key " + promise.key + " was answered " + promise.answer + ", kept is " +
                    row.dump());
  }
}

/// One payment for each key, and one key for each conversion.
void examine_keys(const Examined& examined, const Evidence& evidence, Disagreements& found) {
  std::set<std::string> made;
  for (const auto& [key, row] : evidence.keys) {
    if (row.at("status").is_null()) found.push_back("key " + key + " has no answer");
    if (row.at("status") != 202) continue;
    if (!made.insert(row.at("resource_id")).second) {
      found.push_back("two keys made " + row.at("resource_id").dump());
    }
  }
  std::set<std::string> promised;
  for (const Promise& promise : examined.promises) {
    const auto key = evidence.keys.find(promise.key);
    if (promise.kind == "charge") {
      promised.insert(promise.key);
    } else if (key != evidence.keys.end() && key->second.at("resource_id").is_string()) {
      promised.insert(key->second.at("resource_id"));
    }
  }
  for (const auto& [id, saga] : evidence.sagas) {
    if (saga.text("kind") == "conversion" && !made.contains(id)) {
      found.push_back("conversion " + id + " was made without a key");
    }
    if (!examined.allowed.strangers && !promised.contains(id)) {
      found.push_back(saga.text("kind") + " " + id + " is there, and nobody asked for it");
    }
  }
}

/// What `ask` is answered once it is an answer: right after a fault an instance may say 503, which
/// is honest and no disagreement.
template <class Ask>
std::optional<HttpAnswer> insist(Ask ask) {
  std::optional<HttpAnswer> answer;
  const bool answered = eventually(
      [&] {
        answer = ask();
        return answer && is_definite(*answer);
      },
      std::chrono::seconds(20));
  return answered ? answer : std::nullopt;
}

/// A repeat of the request says what the first answer said, at every instance.
void examine_replays(const Examined& examined, Disagreements& found) {
  for (const HttpApi& api : examined.instances) {
    for (const Promise& promise : examined.promises) {
      if (!promise.is_accepted()) continue;
      const auto again = insist([&] { return RetryingClient::repeat(api, promise); });
      if (again && again->status == promise.status && again->body == promise.answer &&
          again->header("idempotent-replayed") == "true") {
        continue;
      }
      found.push_back("key " + promise.key + " was answered " + promise.answer +
                      ", and repeated: " + (again ? again->body : "no answer"));
      if (!again) return;  // nor will the others be answered
    }
  }
}

std::string in_words(std::int64_t count, std::int64_t minor) {
  return std::to_string(count) + " for " + std::to_string(minor);
}

std::string in_words(const Json& summary) {
  return in_words(summary.at("totalRequests").get<std::int64_t>(),
                  std::llround(summary.at("totalAmount").get<double>() * 100));
}

/// The processor's summary, its books, the database and every instance's summary.
void examine_summaries(const Examined& examined, const Evidence& evidence, Disagreements& found) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> completed;
  for (const auto& [id, saga] : evidence.sagas) {
    if (saga.text("kind") != "charge" || saga.status() != "COMPLETED") continue;
    auto& [count, amount] = completed[saga.text("provider")];
    ++count;
    amount += saga.row.at("amount").get<std::int64_t>();
  }
  for (const std::string& name : kProcessors) {
    const std::string theirs = in_words(examined.world.summary(name));
    const std::string ours = in_words(completed[name].first, completed[name].second);
    if (theirs != ours) found.push_back(name + " recorded " + theirs + ", the database " + ours);
    for (const HttpApi& api : examined.instances) {
      const auto answer = insist([&] { return api.attempt("GET", "/payments-summary"); });
      const bool told = answer && answer->status == 200;
      const std::string said = told ? in_words(answer->json().at(name)) : "nothing";
      if (said != theirs) found.push_back(name + " recorded " + theirs + ", we say " + said);
    }
  }
}

}  // namespace

Disagreements find_disagreements(const Examined& examined) {
  Disagreements found;
  // First, since a repeat that is no repeat would leave a trace for the rest to see.
  examine_replays(examined, found);
  const Evidence evidence = read_evidence(examined.world, examined.database);
  for (const Promise& promise : examined.promises) {
    examine_promise(promise, evidence, examined.allowed, found);
    examine_key(promise, evidence, found);
  }
  examine_keys(examined, evidence, found);
  for (const auto& [id, saga] : evidence.sagas) {
    examine_history(id, saga, examined.allowed, found);
    examine_postings(id, saga, found);
  }
  examine_queue(evidence, found);
  examine_operations(evidence, found);
  examine_charges(evidence, found);
  examine_transfers(evidence, found);
  if (!examined.allowed.open) examine_summaries(examined, evidence, found);
  return found;
}

Tally tally_of(const SandboxProcess& world, const std::string& database,
               const std::vector<Promise>& promises) {
  const Evidence evidence = read_evidence(world, database);
  Tally tally;
  for (const Promise& promise : promises) {
    if (!promise.is_accepted()) continue;
    ++tally.payments;
    const auto saga = evidence.sagas.find(promise.payment_id);
    if (saga == evidence.sagas.end() || !saga->second.is_final()) ++tally.lost;
  }
  tally.doubled = count_doubled(evidence);
  return tally;
}

bool await_no_open_work(const std::string& database, std::chrono::milliseconds timeout) {
  PostgresSession session(database);
  return eventually(
      [&] {
        return session.query(
                   "SELECT (SELECT count(*) FROM saga WHERE processed_at IS NULL OR due_at IS "
                   "NOT NULL OR lease_owner IS NOT NULL) + (SELECT count(*) FROM saga_work)") ==
               "0";
      },
      timeout);
}

std::string in_lines(const Disagreements& disagreements) {
  std::string text;
  for (const std::string& line : disagreements) text += line + "\n";
  return text;
}

}  // namespace remit::test
