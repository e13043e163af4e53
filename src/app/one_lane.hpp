// The database for a command that asks a few questions and ends: one lane, and a loop that runs
// until each answer is there.
//
// Main thread, which it blocks. A database that does not respond is given up after the lane's
// limits.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <utility>

#include "remit/base/task.hpp"
#include "remit/config/config.hpp"
#include "remit/storage/lanes.hpp"

namespace remit::app {

class OneLane {
 public:
  explicit OneLane(const config::Config& config);
  OneLane(const OneLane&) = delete;
  OneLane& operator=(const OneLane&) = delete;
  ~OneLane();

  [[nodiscard]] storage::Database& database() { return lanes_; }

  template <class T>
  [[nodiscard]] Result<T> await(Task<Result<T>> task) {
    Result<T> result = fail(kInternal, "the command did not end");
    boost::asio::co_spawn(loop_, std::move(task),
                          [&](const std::exception_ptr& defect, Result<T> value) {
                            if (!defect) result = std::move(value);
                            loop_.stop();
                          });
    loop_.restart();
    loop_.run();
    return result;
  }

 private:
  boost::asio::io_context loop_;
  storage::Lanes lanes_;
};

}  // namespace remit::app
