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

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  template <class Operation>
  Task<Result<typename Operation::Output>> run(typename Operation::Input input) {
    using Output = Result<typename Operation::Output>;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Output)>(
        Submit<Operation>{this}, boost::asio::use_awaitable, std::move(input));
  }

  /// The work of `run`: a later event of the loop resumes the command with its result, never this
  /// call.
  virtual void submit(std::unique_ptr<detail::Command> command) = 0;

 private:
  template <class Operation>
  struct Submit {
    Database* database;
    template <class Handler>
    void operator()(Handler&& handler, typename Operation::Input input) const {
      using Command = detail::WaitingCommand<Operation, std::decay_t<Handler>>;
      database->submit(std::make_unique<Command>(std::move(input), std::forward<Handler>(handler)));
    }
  };
};

}  // namespace remit::storage
