// What the agreement is examined on: the rows and the books as they are, read once.
//
// Used by the agreement alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/agreement.hpp"

namespace remit::test {

/// A saga as the database has it, with its history and its part of the ledger.
struct SagaEvidence {
  Json row;
  std::vector<Json> transitions;  ///< in the order of their steps
  std::vector<Json> postings;

  [[nodiscard]] std::string text(const char* column) const;  ///< "" for NULL
  [[nodiscard]] std::string status() const { return text("status"); }
  [[nodiscard]] bool is_final() const;
};

struct BookRecord {
  std::string provider;
  Json entry;

  [[nodiscard]] std::string text(const char* member) const { return entry.at(member); }
};

struct Evidence {
  std::map<std::string, SagaEvidence> sagas;  ///< by id
  std::vector<Json> queue_faults;             ///< what the queue and the sagas do not both have
  std::map<std::string, Json> keys;           ///< by Idempotency-Key
  std::vector<BookRecord> charges;            ///< of all processors
  std::vector<BookRecord> transfers;          ///< of all ramps
};

[[nodiscard]] Evidence read_evidence(const SandboxProcess& world, const std::string& database);

/// Operations on the books more than once, and legs that were settled more than once.
[[nodiscard]] int count_doubled(const Evidence& evidence);

// Each adds what it finds.
void examine_history(const std::string& id, const SagaEvidence& saga, const Allowances& allowed,
                     Disagreements& found);
void examine_postings(const std::string& id, const SagaEvidence& saga, Disagreements& found);
void examine_queue(const Evidence& evidence, Disagreements& found);
void examine_operations(const Evidence& evidence, Disagreements& found);
void examine_charges(const Evidence& evidence, Disagreements& found);
void examine_transfers(const Evidence& evidence, Disagreements& found);

}  // namespace remit::test
