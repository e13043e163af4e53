// Lanes: threads that own a PostgreSQL connection each and run commands in batches, so that one commit
// pays for everyone who waits (group commit).
//
// An `Operation` is a stateless type: `Input`, `Output` (default-constructible, movable), a `kName` for
// metrics and logs, and `static void execute(Transaction&, std::span<Slot<Operation>>)`, which runs one
// set-based piece of SQL for all slots of the batch and fills every slot's output. All operations of a
// batch share one transaction; results are handed out only after its commit. `execute` may put a
// Problem in a slot (the row is refused, the batch goes on); an exception undoes the transaction: on a
// data error every command is run again alone, so that one never fails its neighbours.
//
// `run` is called on the loop thread and resumes there. Failures: kOverloaded (queue full, nothing
// done), kUnavailable (no connection; nothing done), kOutcomeUnknown (link lost during commit),
// kInternal (a defect; logged). A command waits in the queue at most `queue_timeout`.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"

namespace remit::storage {

class Transaction;  // remit/storage/transaction.hpp, for *_store.cpp files alone

template <class Operation>
struct Slot {
  typename Operation::Input input;
  Result<typename Operation::Output> output;
};

}  // namespace remit::storage
