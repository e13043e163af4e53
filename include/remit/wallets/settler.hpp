// A job that ends what is due: it settles transfers and lets holds expire.
//
// Every instance has one, and they share the work: what one of them has taken in a transaction, the
// others leave to it. When it dies, the transaction is undone, and what was due is there for the
// others. Batches are as large as can be ended within the time that a single urgent transfer may
// wait. Owned by app::Services; loop thread. Failures are logged, and the turn is repeated.
#pragma once

#include <cstdint>
#include <map>

#include "remit/base/tenant.hpp"
#include "remit/jobs/job.hpp"

namespace remit::storage {
class Database;
}

namespace remit::wallets {

struct SettlerSettings {
  std::int64_t most = 20'000;                       ///< transfers in one transaction
  Duration slice = std::chrono::milliseconds(200);  ///< how long one transaction may take
  Duration look = std::chrono::seconds(1);          ///< between looks for what others have accepted
};

class Settler {
 public:
  struct Parts {
    storage::Database& database;
    const Clock& clock;
  };

  Settler(const jobs::Context& context, Parts parts, SettlerSettings settings = {});

  [[nodiscard]] jobs::Job& job() { return job_; }
  /// Something was accepted that will be due then.
  void expect(Bucket bucket, Duration due_in);

  [[nodiscard]] std::int64_t ended() const { return ended_; }
  /// Since when the oldest has been due, of all instances, as of the last look; zero: none is.
  [[nodiscard]] Duration oldest_due() const { return oldest_due_; }

 private:
  Task<jobs::Rest> turn();
  Task<bool> look();
  Task<bool> settle(Bucket bucket);
  void note(Bucket bucket, Duration instant);
  void adapt(Duration took, std::int64_t ended);

  Parts parts_;
  SettlerSettings settings_;
  std::map<Bucket, Duration> due_;  ///< when, in monotonic time
  Duration next_look_{0};
  std::int64_t batch_;
  std::int64_t ended_ = 0;
  Duration oldest_due_{0};
  jobs::Job job_;
};

}  // namespace remit::wallets
