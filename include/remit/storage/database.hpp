// The database as a service holds it: something that runs operations.
//
//   Result<bool> saved = co_await database.run<SaveNote>({id, text});
//
// PostgresDatabase and Lanes run them on PostgreSQL; the simulator and the tests have databases of
// their own. Loop thread; outlives whoever waits in it. Fails with kUnavailable (the database is
// away, too slow or short of something), kOverloaded (too much waits), kRequestInProgress (somebody
// else held a row for too long): nothing was done. kOutcomeUnknown: the link was lost during the
// commit. kInternal: a defect. Anything else is a Problem that the operation itself put there.
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

  /// What `run` does: the command is resumed with its result by a later event of the loop, never
  /// within the call.
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
