// Sagas in memory, each of a tenant, in the order in which they are due; those that may go on do so
// by turns of their tenants.
//
// Knows how many bytes they take, nearly. Owned by HeldSagas. Loop thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "saga_actor.hpp"

namespace remit::engine {

class SagaLine {
 public:
  struct Entry {
    Saga saga;
    LeaseHold lease;
    Duration due{0};  ///< monotonic
  };
  using MayGo = std::function<bool(const Entry&)>;

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  [[nodiscard]] std::int64_t bytes_of(TenantId tenant) const;

  /// Of those that are due at the same instant, the first that came is the first.
  void push(Entry entry);
  /// Of all tenants.
  [[nodiscard]] const Entry& front() const;
  [[nodiscard]] Entry pop_front();
  /// Of those that are due, the first of the tenant whose turn it is and whose first may go.
  [[nodiscard]] std::optional<Entry> pop_in_turn(Duration now, const MayGo& may_go);

 private:
  using Place = std::pair<Duration, std::uint64_t>;
  struct Line {
    std::map<Place, Entry> entries;
    std::int64_t bytes = 0;
    bool has_turn = false;
  };
  using Lines = std::map<TenantId, Line>;

  void list(Lines::iterator line);
  void unlist(Lines::iterator line);
  /// Of a line that is not listed, which it is again afterwards.
  Entry take(Lines::iterator line);

  Lines lines_;
  std::set<std::pair<Place, TenantId>> firsts_;  ///< of each line
  std::set<std::pair<Place, TenantId>> coming_;  ///< … that has no turn yet
  std::deque<TenantId> turns_;
  std::int64_t size_ = 0;
  std::int64_t bytes_ = 0;
  std::uint64_t pushed_ = 0;
};

}  // namespace remit::engine
