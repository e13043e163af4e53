// The database as services see it: it runs operations.
//
//   Result<bool> saved = co_await database.run<SaveNote>({id, text});
//
// PostgresDatabase and Lanes run them on PostgreSQL; the simulator and the tests have their own.
// Loop thread; outlives all calls. Fails with kUnavailable (the database is down, too slow or out
// of resources), kOverloaded (the queue is full), kRequestInProgress (another transaction held a
// row for too long): nothing was done. kOutcomeUnknown: the link was lost during the commit.
// kInternal: a defect. Anything else is a Problem that the operation itself put there.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/storage/command.hpp"
#include "remit/storage/operation.hpp"

namespace remit::storage {

class Database : public Interface {
 public:
  template <class Operation>
  Task<Result<typename Operation::Output>> run(typename Operation::Input input) {
    using Output = Result<typename Operation::Output>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Output)>(
        [this](auto&& handler, typename Operation::Input taken) {
          using Handler = std::decay_t<decltype(handler)>;
          submit(std::make_unique<detail::WaitingCommand<Operation, Handler>>(
              std::move(taken), std::forward<decltype(handler)>(handler)));
        },
        boost::asio::use_awaitable, std::move(input));
  }

  /// The work of `run`: a later event of the loop resumes the command with its result, never this
  /// call.
  virtual void submit(std::unique_ptr<detail::Command> command) = 0;
};

}  // namespace remit::storage
