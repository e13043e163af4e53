// How the engine saves and releases its sagas.
//
// Every write names the version it was made from; a row that has moved on since (another owner, a
// cancellation) is left alone and the writer is told `fenced`. Values; `run` the operations on the
// loop thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "remit/engine/saga.hpp"
#include "remit/engine/saga_machine.hpp"
#include "remit/engine/saga_row.hpp"
#include "remit/storage/operation.hpp"

namespace remit::engine {

struct SaveRequest {
  Step step;
  Duration lease{0};  ///< from now, when the step goes on
};

enum class Saved : std::uint8_t { saved, fenced };

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
