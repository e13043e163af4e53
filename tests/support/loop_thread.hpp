// An io_context that runs on a thread of its own, so that a test can talk to what lives there with
// blocking sockets. Ends with the object; whatever is still suspended is destroyed with it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "remit/base/task.hpp"

namespace remit::test {

class LoopThread {
 public:
  LoopThread() : guard_(context_.get_executor()), thread_([this] { context_.run(); }) {}
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  ~LoopThread() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  /// Calls `function` on the loop and hands back what it returned.
  template <class Function>
  auto call(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(context_, [&task] { task(); });
    return result.get();
  }

  /// Runs a coroutine on the loop to its end; throws when it does not come to one.
  void run(Task<void> task) {
    auto result = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    if (result.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
      throw std::runtime_error("the coroutine did not finish in time");
    }
    result.get();
  }

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace remit::test
