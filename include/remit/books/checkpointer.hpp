// A job that makes checkpoints of the ledger: for each tenant that has postings since its last one,
// at most one in each interval.
//
// It costs those who post nothing: it reads which number was given last, waits until the
// transactions that were under way then have ended, and reads what they left. Every instance has
// one. When two make the same checkpoint, the database takes one of them, and the other is
// forgotten. What fails for one tenant is logged, and tried again with the next turn; the others go
// on. Owned by the Application; loop thread.
#pragma once

#include <cstdint>
#include <optional>

#include "remit/books/checkpoint_operations.hpp"
#include "remit/jobs/job.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

struct CheckpointSettings {
  Duration interval = std::chrono::seconds(10);
  Duration look = std::chrono::milliseconds(20);  ///< the first, for writers that have not ended
  Duration patience = std::chrono::seconds(30);   ///< after which that is logged
  std::int64_t most_postings = 1'000'000;         ///< in one checkpoint; the rest is the next one's
  std::int64_t page = 2'048;                      ///< postings that are read at a time
};

class Checkpointer {
 public:
  struct Parts {
    storage::Database& database;
    UuidSource& ids;
    const Clock& clock;
  };

  Checkpointer(const jobs::Context& context, Parts parts, CheckpointSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }

  /// Those that were made here, and the postings that they cover.
  [[nodiscard]] std::int64_t made() const { return made_; }
  [[nodiscard]] std::int64_t covered() const { return covered_; }

  /// Makes the tenant's next checkpoint, if there is anything for it: every posting up to `through`
  /// is committed, or will never be. Answers how long to wait before there may be another one;
  /// empty: it has all up to `through`.
  Task<Result<std::optional<Duration>>> extend(Tenant tenant, std::int64_t through);

  /// Once: up to which posting everything has ended; empty: not yet, ask again.
  Task<Result<std::optional<std::int64_t>>> find_bound();

 private:
  /// What `find_bound` waits for.
  struct Waiting {
    ReadPostingBound::Output bound;
    Duration since{0};
    Duration look{0};
    bool is_logged = false;
  };

  Task<jobs::Rest> turn();
  Task<std::optional<Duration>> extend_all(std::int64_t through);
  void note_wait();

  Parts parts_;
  CheckpointSettings settings_;
  std::optional<Waiting> waiting_;
  std::int64_t finished_ = 0;  ///< up to this posting every tenant has its checkpoints
  std::int64_t made_ = 0;
  std::int64_t covered_ = 0;
  jobs::Job job_;
};

}  // namespace remit::books
