// Two kinds of database under the product's operations: PostgreSQL, and the one of the simulator.
// What holds for one must hold for the other.
//
// A backend is a fresh database, up to three instances of the product over it, and the means to
// stand in their way. One thread; whatever cannot be done is thrown.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/interface.hpp"
#include "remit/payments/payment.hpp"
#include "remit/routing/health_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::contract {

/// The one whose commits can be lost.
inline constexpr int kDoubtful = 2;

enum class CommitLoss : std::uint8_t { done, undone };

/// A transaction of nobody's. Ends undone with the object.
class Outsider : public Interface {
 public:
  /// Raises its version.
  virtual void change_saga(Uuid id) = 0;
  /// The same, when somebody else has it.
  virtual void change_saga_at_last(Uuid id) = 0;
  /// A transition of a step that is still to come.
  virtual void add_transition(Uuid id, std::int64_t step) = 0;
  virtual void insert_key(const idempotency::Claim& claim, const idempotency::Answer& answer) = 0;
  virtual void insert_charge(const payments::ChargeRequest& request) = 0;
  /// Its legs become what only a newer version can read, or what they were again.
  virtual void spoil_legs(Uuid id) = 0;
  virtual void mend_legs(Uuid id) = 0;
  virtual void use_quote(Uuid id, Uuid payment_id) = 0;
  virtual void claim_health(const routing::HealthSlot& slot) = 0;
  virtual void commit() = 0;
};

struct Lease {
  std::int64_t version = 0;
  std::optional<Uuid> owner;
  /// From now; empty: nothing is left to do.
  std::optional<Duration> due_after;
};

struct Counts {
  std::int64_t sagas = 0;
  std::int64_t conversions = 0;
  std::int64_t used_quotes = 0;
  std::int64_t keys = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

class Backend : public Interface {
 public:
  /// Started when it is first asked for.
  virtual storage::Database& instance(int index) = 0;
  virtual void spawn(int index, Task<void> task) = 0;
  /// Lets everybody go on for a little while.
  virtual void step() = 0;
  /// Until `done`; throws when it takes too long.
  void run_until(const std::function<bool()>& done);
  /// Until the database's clock has gone on by so much.
  virtual void pass(Duration time) = 0;

  virtual std::unique_ptr<Outsider> outsider() = 0;
  [[nodiscard]] virtual bool somebody_waits() = 0;

  /// The next commit of the doubtful instance loses its link.
  virtual void lose_commit(CommitLoss loss) = 0;
  virtual void stop_database() = 0;
  virtual void start_database() = 0;

  // What is committed.
  [[nodiscard]] virtual std::optional<Lease> lease(Uuid saga) = 0;
  /// "line kind debit credit amount currency", in the order of step and line.
  [[nodiscard]] virtual std::vector<std::string> postings(Uuid transaction) = 0;
  /// How far from zero the ledger's accounts are, together.
  [[nodiscard]] virtual std::int64_t ledger_distance() = 0;
  [[nodiscard]] virtual Counts counts() = 0;

 protected:
  /// Whether it has taken too long since the beginning of `run_until`.
  virtual void begin_wait() = 0;
  [[nodiscard]] virtual bool is_overdue() const = 0;
};

/// Whether a test stops the database: then it is one that nobody else has filled.
enum class Server : std::uint8_t { stays_up, is_stopped };

using MakeBackend = std::unique_ptr<Backend> (*)(Server);
std::unique_ptr<Backend> make_postgres_backend(Server server);
std::unique_ptr<Backend> make_simulated_backend(Server server);

}  // namespace remit::contract
