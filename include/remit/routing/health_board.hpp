// What all instances know of the providers' health, and whose turn it is to ask: a table shared
// through the database, because processors let themselves be asked once per interval by everybody
// together.
//
// Loop thread. Failures are those of storage (kUnavailable, kOverloaded, …); a failed claim claims
// nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/base/uuid.hpp"
#include "remit/config/config.hpp"
#include "remit/routing/provider_book.hpp"

namespace remit::storage {
class Lanes;
}

namespace remit::routing {

/// One provider and how often it may be asked.
struct HealthSlot {
  config::ProviderKind kind = config::ProviderKind::processor;
  std::string name;
  Duration interval = std::chrono::seconds(5);
};

struct BoardEntry {
  config::ProviderKind kind = config::ProviderKind::processor;
  std::string name;
  HealthReport report;
};

/// Added to every interval, so that two instances in a row keep the interval although one asks late
/// and the next early.
inline constexpr Duration kClaimMargin = std::chrono::milliseconds(250);

class HealthBoard {
 public:
  HealthBoard() = default;
  HealthBoard(const HealthBoard&) = delete;
  HealthBoard& operator=(const HealthBoard&) = delete;
  virtual ~HealthBoard() = default;

  /// Takes the slots that are due; those returned are the caller's to ask, once, now.
  virtual Task<Result<std::vector<HealthSlot>>> claim_due(std::vector<HealthSlot> slots,
                                                          Uuid checker) = 0;
  /// What the provider said of itself, and nothing else. Ignored when the slot has passed to
  /// another checker meanwhile.
  virtual Task<Result<void>> store_result(BoardEntry entry, Uuid checker) = 0;
  /// A slot whose provider has told the caller nothing. One that could not be asked is due again at
  /// once, for whoever can; one that was asked (`was_asked`) is so no sooner than before, since the
  /// interval is kept by all callers together. Ignored as above.
  virtual Task<Result<void>> give_back(HealthSlot slot, Uuid checker, bool was_asked) = 0;
  /// Every provider that has been asked at least once.
  virtual Task<Result<std::vector<BoardEntry>>> read_all() = 0;
};

class PgHealthBoard final : public HealthBoard {
 public:
  PgHealthBoard(storage::Lanes& write_lanes, storage::Lanes& read_lanes)
      : write_lanes_(write_lanes), read_lanes_(read_lanes) {}

  Task<Result<std::vector<HealthSlot>>> claim_due(std::vector<HealthSlot> slots,
                                                  Uuid checker) override;
  Task<Result<void>> store_result(BoardEntry entry, Uuid checker) override;
  Task<Result<void>> give_back(HealthSlot slot, Uuid checker, bool was_asked) override;
  Task<Result<std::vector<BoardEntry>>> read_all() override;

 private:
  storage::Lanes& write_lanes_;
  storage::Lanes& read_lanes_;
};

}  // namespace remit::routing
