// Lanes: threads that own a PostgreSQL connection each and run commands in batches, so that one
// commit pays for everyone who waits (group commit).
//
// An `Operation` is a stateless type: `Input`, `Output` (default-constructible, movable, or void),
// a `kName` for metrics and logs, and `static void execute(Transaction&,
// std::span<Slot<Operation>>)`, which runs one set-based piece of SQL for all slots of the batch
// and fills every slot's output. A slot left alone is kInternal (void: done). A batch is of one
// operation and one transaction; results are handed out only after its commit. `execute` may put a
// Problem in a slot (the row is refused, the batch goes on); an exception undoes the transaction:
// on a data error the batch is cut in halves until the one at fault is alone, so that it never
// fails its neighbours. `execute` may therefore run several times and leaves the inputs as they
// are. On read-only lanes each statement is on its own.
//
// An operation may say how it is to be treated:
//   kOneStatement  its effect is that of its first statement, and to run it again does no harm and
//                  tells the truth: it is committed by that statement alone, in one round trip, and
//                  run once more when the link was lost under it.
//   kBackground    gives way to requests (command_queues.hpp says how far).
//   kLinger        so long its commands may wait for others to share a commit with.
//   kLimit         so long each of its statements may take; it sets the server's timeout itself.
//
//   struct SaveNote {                       // in the store's header, no pqxx
//     static constexpr std::string_view kName = "save_note";
//     struct Input { Uuid id; std::string text; };
//     using Output = bool;                  // false: it was there already
//     static void execute(Transaction&, std::span<Slot<SaveNote>>);
//   };
//
//   constexpr Statement kInsert{"save_note", "INSERT INTO note (id, text) SELECT * FROM "
//       "unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING RETURNING id"};
//
//   void SaveNote::execute(Transaction& transaction, std::span<Slot<SaveNote>> slots) {
//     ArrayParameter ids, texts;            // in the store's .cpp
//     for (const auto& slot : slots) { ids.add(slot.input.id); texts.add(slot.input.text); }
//     std::set<Uuid> saved;
//     for (const auto& row : transaction.execute(kInsert, ids, texts)) {
//       saved.insert(read<Uuid>(row[0]));
//     }
//     for (auto& slot : slots) slot.output = saved.erase(slot.input.id) > 0;
//   }
//
//   auto saving = lanes.run<SaveNote>({id, "hello"});
//   Result<bool> saved = co_await std::move(saving);
//
// `run` is called on the loop thread, in a coroutine of that loop, and resumes there. Failures:
// kOverloaded (queue full), kUnavailable (no connection, waited longer than `queue_timeout`, server
// short of something), kLockTimeout: nothing was done. kOutcomeUnknown: the link was lost during
// commit, or given up because the database gave no answer; or a statement failed after the one that
// committed. kInternal: a defect, logged. The loop must outlive the lanes.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/load/load.hpp"
#include "remit/storage/command.hpp"

namespace remit::storage {

/// Somebody else holds a row for longer than a lane waits for it; nothing was done.
inline constexpr ProblemCode kLockTimeout{"REQUEST_IN_PROGRESS", 409,
                                          "Another request is at work on the same resource"};

/// kLockTimeout with its Retry-After, for an operation that finds out by itself.
[[nodiscard]] Problem in_progress(std::string detail);

struct LaneSettings {
  std::string name;  ///< in logs and as the application name
  std::string url;   ///< any libpq connection string
  std::int64_t lanes = 2;
  std::int64_t max_batch = 512;
  std::int64_t queue_limit = 20'000;
  Duration queue_timeout = std::chrono::seconds(5);
  Duration statement_timeout = std::chrono::seconds(10);  ///< the server's
  /// A call that has had no answer for so much longer is ended, with its connection.
  Duration grace = std::chrono::seconds(5);
  bool read_only = false;
  /// On the loop thread, after a statement failed as it would under another schema; may be null.
  std::function<void()> on_schema_doubt = nullptr;
};

/// Counted since start.
struct LaneStatistics {
  std::int64_t commands = 0;      ///< run, whatever came out
  std::int64_t batches = 0;       ///< taken from the queue
  std::int64_t transactions = 0;  ///< committed
  std::int64_t reruns = 0;     ///< after a serialization failure, a deadlock or a lost connection
  std::int64_t refused = 0;    ///< queue full
  std::int64_t expired = 0;    ///< waited too long
  std::int64_t unknown = 0;    ///< outcome unknown
  std::int64_t connects = 0;   ///< successful
  std::int64_t connected = 0;  ///< lanes that have a connection now
  std::int64_t queued = 0;     ///< now
  bool all_down = false;       ///< every lane has tried to connect in vain
};

class LaneCore;

class Lanes final : public load::Meter {
 public:
  Lanes(Executor loop, LaneSettings settings);  ///< starts its threads
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  ~Lanes() override;  ///< stop()

  template <class Operation>
  Task<Result<typename Operation::Output>> run(typename Operation::Input input) {
    using Output = Result<typename Operation::Output>;
    const std::shared_ptr<LaneCore> core = core_;
    std::optional<Problem> refusal = refusal_of(*core);
    if (refusal) co_return std::unexpected(std::move(*refusal));
    auto waiting = boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Output)>(
        Enqueue<Operation>{core.get()}, boost::asio::use_awaitable, std::move(input));
    Output output = co_await std::move(waiting);
    co_return output;
  }

  /// Ends the queue's commands with kUnavailable, and lets running batches finish; what has not by
  /// `timeout` is ended, with its connection. Loop thread. False: a thread is still there.
  Task<bool> close(Duration timeout);

  /// The same without a timeout, and joins the threads. Not on the loop thread before `close`: it
  /// would wait for a database that stands still.
  void stop();

  /// From now on every command is refused with this, those that wait in the queue, too.
  void refuse(const Problem& problem);

  /// What has come in of late: half of what the level of load is judged by. The other half is what
  /// waits here.
  void observe(const load::Traffic& traffic);
  [[nodiscard]] load::Load level() const override;
  [[nodiscard]] LaneStatistics statistics() const;

 private:
  template <class Operation>
  struct Enqueue {
    LaneCore* core;
    template <class Handler>
    void operator()(Handler&& handler, typename Operation::Input input) const {
      using Command = detail::WaitingCommand<Operation, std::decay_t<Handler>>;
      enqueue(*core, std::make_unique<Command>(std::move(input), std::forward<Handler>(handler)));
    }
  };

  static std::optional<Problem> refusal_of(LaneCore& core);
  static void enqueue(LaneCore& core, std::unique_ptr<detail::Command> command);

  std::shared_ptr<LaneCore> core_;
};

}  // namespace remit::storage
