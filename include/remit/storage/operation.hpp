// An operation: what a service asks of its database, as a stateless type that names its input and
// its output. A feature declares its operations in a header without SQL; `execute` stands in the
// .cpp of that name, and `Database::run` is the only way to it.
//
// clang-format off
//   struct SaveNote {
//     static constexpr std::string_view kName = "note_save";  // subject_verb: logs and metrics
//     struct Input { Uuid id; std::string text; };
//     using Output = bool;                                    // false: it was there already
//     static void execute(Transaction& transaction, Slots<SaveNote> slots);
//   };
// clang-format on
//
// `execute` gets the commands of a batch, runs one set-based piece of SQL for all of them, or for
// all of a bucket, and fills every slot's output; a slot left alone is kInternal (void: done). A
// Problem in a slot refuses that command, and the batch goes on. An exception undoes the
// transaction; on a data error the batch is cut in halves until the command at fault is alone, so
// that it never fails its neighbours. `execute` may therefore run several times and leaves the
// inputs as they are. It is called on a lane's thread.
//
// An operation about the rows of one bucket says which: `static Bucket bucket_of(const Input&)`. A
// batch is grouped by operation and by cell, of which there is one now; it may hold several
// buckets.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "remit/base/problem.hpp"

namespace remit::storage {

class Transaction;  // remit/storage/transaction.hpp, for files with SQL alone

/// Which connections run an operation.
enum class LaneKind : std::uint8_t {
  write,
  read,    ///< read-only; each statement is a transaction of its own
  list,    ///< as `read`, for operations that may take long, so that they do not delay other reads
  ready,   ///< for `/readyz`, so that it never waits for other operations
  upkeep,  ///< for work that no client waits for, so that it delays no other operation
};
inline constexpr std::size_t kLaneKinds = 5;

/// Which plans the planner may make.
enum class Plans : std::uint8_t {
  by_key,        ///< only through indexes; see connection.cpp
  whole_tables,  ///< for what touches nearly every row that there is
};

/// How an operation is treated; an operation may have its own as `kTraits`.
struct OperationTraits {
  LaneKind lanes = LaneKind::write;
  /// Its whole effect is its first statement, and running it again is harmless and tells the truth.
  /// It is committed by that statement alone, in one round trip, and run once more when the link
  /// was lost. A batch of several buckets takes a statement for each, and so a transaction.
  bool one_statement = false;
  /// Gives way to requests; command_queues.hpp says how far.
  bool background = false;
  /// How long its commands may wait for others to share a commit.
  std::chrono::microseconds linger{0};
  /// Limit of each of its statements; zero: the lane's.
  std::chrono::seconds limit{0};
  Plans plans = Plans::by_key;
};

template <class Operation>
constexpr OperationTraits traits_of() {
  if constexpr (requires { Operation::kTraits; }) {
    return Operation::kTraits;
  } else {
    return {};
  }
}

/// One command of a batch.
template <class Operation>
struct Slot {
  typename Operation::Input input;
  Result<typename Operation::Output> output;
};
template <class Operation>
using Slots = std::span<Slot<Operation>>;

}  // namespace remit::storage
