// Runs a coroutine on an io_context inside a test and hands back what it returned.
//
//   asio::io_context context;
//   const auto answer = remit::test::run(context, client->call(call));
//
// A coroutine that has not finished when the limit has passed throws, which fails the test; so does
// an exception from the coroutine. Other work on the same context (servers, timers) goes on
// meanwhile and may go on afterwards.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "remit/base/task.hpp"

namespace remit::test {

inline constexpr std::chrono::seconds kTaskLimit{20};

/// Runs the context until `done()` holds; throws when it does not within the limit.
template <class Done>
void run_until(boost::asio::io_context& context, Done done,
               std::chrono::steady_clock::duration limit = kTaskLimit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw std::runtime_error("the coroutine did not finish in time");
    }
    if (context.stopped()) context.restart();
    context.run_one_until(deadline);
  }
}

/// Runs `task` to its end.
inline void run(boost::asio::io_context& context, Task<void> task,
                std::chrono::steady_clock::duration limit = kTaskLimit) {
  struct Outcome {
    bool done = false;
    std::exception_ptr error;
  };
  auto outcome = std::make_shared<Outcome>();
  boost::asio::co_spawn(context, std::move(task), [outcome](std::exception_ptr error) {
    outcome->error = error;
    outcome->done = true;
  });
  run_until(context, [&] { return outcome->done; }, limit);
  if (outcome->error) std::rethrow_exception(outcome->error);
}

template <class T>
Task<void> keep(Task<T> task, std::shared_ptr<std::optional<T>> value) {
  T result = co_await std::move(task);
  value->emplace(std::move(result));
}

template <class T>
T run(boost::asio::io_context& context, Task<T> task,
      std::chrono::steady_clock::duration limit = kTaskLimit) {
  auto value = std::make_shared<std::optional<T>>();
  run(context, keep(std::move(task), value), limit);
  return **std::move(value);
}

}  // namespace remit::test
