// The invariants of docs/architecture.md, over the providers' books, the database and what clients
// were told. Finds; changes nothing. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string_view>
#include <vector>

#include "simulation/client.hpp"
#include "simulation/instance.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {

class Checker {
 public:
  explicit Checker(World& world) : world_(world), tables_(world.database.committed()) {}

  /// While it runs: rows only grow, and what is final stays.
  void look();
  /// In a healed world: nobody waits for a provider while one that it may use is up.
  void look_for_late();
  /// No payment has anything left to come.
  [[nodiscard]] bool all_final();
  /// Which payments never ended.
  void report_unfinished();
  [[nodiscard]] bool events_are_numbered() const { return tables_.unnumbered_count() == 0; }
  /// Of another program: one fact about it is told, too.
  void expect_slow(const Uuid& resource) { slow_.push_back(resource); }
  /// When everything has ended.
  void check_books(const std::deque<Promise>& promises);
  /// What the service says of a tenant's charges between two instants, against the processors.
  void check_summary(TenantId tenant, std::optional<Timestamp> from, std::optional<Timestamp> to,
                     const payments::Summary& summary);
  /// How many payments of a tenant there are; something has been sent for so many of them.
  struct Progress {
    std::int64_t accepted = 0;
    std::int64_t begun = 0;
    [[nodiscard]] bool is_all() const { return begun == accepted; }
  };
  [[nodiscard]] Progress progress_of(TenantId tenant) const;
  /// Two instants among those of the charges.
  [[nodiscard]] std::pair<Timestamp, Timestamp> draw_window(Random& random) const;

 private:
  struct Seen {
    std::int64_t version = 0;
    std::size_t transitions = 0;
    std::size_t postings = 0;
    std::string status{};
    Timestamp first_seen{};
  };

  void complain(const Uuid& payment, std::string what);
  void look_at(const SagaRow& row);
  /// What instances tell each other of a provider, it has said.
  void check_board();
  Seen& seen(const engine::Saga& saga);
  /// When a charge has to have a provider at the latest.
  [[nodiscard]] Timestamp due(const engine::Saga& saga);
  void check_history(const engine::Saga& saga);
  void check_charge(const engine::Saga& saga);
  void check_conversion(const engine::Saga& saga);
  void check_postings(const engine::Saga& saga);
  void check_ledger();
  /// As a reader who remembers the last number that he has seen.
  void follow_events();
  void check_events();
  void check_promise(const Promise& promise);
  void check_quotes();
  void check_no_strangers(const std::deque<Promise>& promises);

  World& world_;
  const Tables& tables_;
  std::map<Uuid, Seen> seen_;
  std::map<TenantId, std::vector<EventRow>> followed_;  ///< in the order in which they were seen
  std::vector<Uuid> slow_;
  std::map<Uuid, Duration> waiting_since_;  ///< those for whom a provider is to be chosen
};

}  // namespace remit::simulation
