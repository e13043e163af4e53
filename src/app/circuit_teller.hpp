// A job that tells when the circuit of a provider has changed in this process, as events of the
// first tenant, which is the operator's: provider.circuit_opened, …half_open, …closed.
//
// Owned by the Application; loop thread. While the database is away they wait, at most kMostWaiting
// of them: then the oldest are dropped, and the log has those alone.
#pragma once

#include <deque>
#include <string>

#include "remit/jobs/job.hpp"
#include "remit/outbox/fact.hpp"
#include "remit/routing/provider_book.hpp"
#include "remit/storage/database.hpp"

namespace remit::app {

class CircuitTeller {
 public:
  static constexpr std::size_t kMostWaiting = 100;

  CircuitTeller(const jobs::Context& context, storage::Database& database, UuidSource& ids);

  [[nodiscard]] jobs::Job& job() { return job_; }
  void tell(const routing::CircuitChange& change);

 private:
  Task<jobs::Rest> turn();

  storage::Database& database_;
  const Clock& clock_;
  std::string instance_;  ///< which process: each has circuits of its own
  std::deque<outbox::Fact> waiting_;
  jobs::Job job_;
};

}  // namespace remit::app
