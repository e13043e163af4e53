// How the engine claims, saves and releases its sagas.
//
// Every write names the version it was made from; a row that has moved on since (another owner, a
// cancellation) is left alone and the writer is told `fenced`. Claiming is a lease: the row is no
// other's until it has passed. Time is the database's, so that instances whose clocks differ agree
// on who owns what. Values; `run` the operations on the loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/storage/operation.hpp"

namespace remit::engine {

/// A part of the queue: of one bucket, from that instant on. What stands before it is known to be
/// gone; walking over what is gone and not yet vacuumed is most of what a claim can cost.
struct QueuePlace {
  Bucket bucket{0};
  std::optional<Timestamp> from = std::nullopt;  ///< empty: from the beginning
};

struct ClaimRequest {
  const SagaPlan* plan = nullptr;
  /// Where to look; empty: everywhere.
  std::vector<QueuePlace> places{};
  bool has_provider = false;  ///< claim those whose current leg has its provider, or those without
  std::int64_t limit = 0;
  Duration overdue{0};             ///< those alone that have been due for so long
  std::vector<ReadyBand> ready{};  ///< those alone that are ready; empty: all are
  Uuid owner;
  Duration lease{0};
  /// The first step of each, made and stored by the claim itself, so that a choice costs no write
  /// of its own. Given the saga and the time by the database's clock; pure, since it is called on
  /// any thread. Null: a claim changes nothing but version and lease.
  std::function<Step(Saga, Timestamp)> choose = nullptr;
};

/// Time until an unreadable saga is due again.
inline constexpr Duration kUnreadableRest = std::chrono::minutes(5);

/// A saga that this version cannot read, and why.
struct UnreadableSaga {
  Uuid id;
  std::string why;
};

/// What was claimed, and when by the database's clock: the time by which its owner goes on.
struct Claimed {
  std::vector<Saga> sagas{};  ///< without those that the first step has put to rest
  /// Parked as kUnreadable by the claim itself, their legs left as they are: one that cannot be
  /// read must not keep all others from being claimed. They are due again after kUnreadableRest,
  /// for instances that can read them; those that were parked for this reason before are not
  /// reported again.
  std::vector<UnreadableSaga> unreadable{};
  std::int64_t taken = 0;  ///< with all of these
  /// Every store tells it, also when there was nothing to claim. A time that was not told is none.
  std::optional<Timestamp> at = std::nullopt;
  /// After a look everywhere: all that there is to look at.
  std::vector<QueuePlace> places{};
  /// After such a look: how many purges there were (`purge_epoch`).
  std::optional<std::int64_t> epoch = std::nullopt;
};

struct SaveRequest {
  Step step;
  Duration lease{0};  ///< from now, when the step goes on
};

enum class Saved : std::uint8_t { saved, fenced };

/// The most overdue of a bucket first, each with its version raised and its lease begun.
struct ClaimSagas {
  using Input = ClaimRequest;
  using Output = Claimed;
  static constexpr std::string_view kName = "saga_claim";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<ClaimSagas> slots);
};

/// State, transitions and postings of one step, in one transaction.
struct SaveStep {
  using Input = SaveRequest;
  using Output = Saved;
  static constexpr std::string_view kName = "saga_save";
  static constexpr storage::OperationTraits kTraits{
      .one_statement = true, .background = true, .linger = std::chrono::milliseconds(10)};
  static Bucket bucket_of(const Input& input) { return input.step.saga.bucket; }
  static void execute(storage::Transaction& transaction, storage::Slots<SaveStep> slots);
};

/// Removes the lease of a batch that nothing is in any more. When that is not done, a claim does it
/// after the lease has ended.
struct EndLease {
  using Input = BatchLease;
  using Output = void;
  static constexpr std::string_view kName = "saga_end_lease";
  static constexpr storage::OperationTraits kTraits{
      .one_statement = true, .background = true, .linger = std::chrono::milliseconds(250)};
  static Bucket bucket_of(const Input& input) { return input.bucket; }
  static void execute(storage::Transaction& transaction, storage::Slots<EndLease> slots);
};

/// Gives a lease back unused: due at once.
struct ReleaseSaga {
  using Input = Saga;
  using Output = Saved;
  static constexpr std::string_view kName = "saga_release";
  static constexpr storage::OperationTraits kTraits{.background = true};
  static void execute(storage::Transaction& transaction, storage::Slots<ReleaseSaga> slots);
};

}  // namespace remit::engine
