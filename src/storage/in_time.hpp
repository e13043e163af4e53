// Start-up work on a database that may never answer: abandoned after a timeout, or at a request to
// stop.
//
// The work then goes on by itself (remit/base/detached.hpp), since the program is about to end.
#pragma once

#include <chrono>
#include <condition_variable>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

#include "remit/base/detached.hpp"

namespace remit::storage {

/// Longer than connecting to several hosts one after the other takes.
inline constexpr std::chrono::seconds kStartTimeout{30};

/// `work`: () -> std::expected<void, std::string>, owns what it uses and does not throw.
template <class Work>
std::expected<void, std::string> in_time(const std::stop_token& stop, Work work) {
  struct State {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<std::expected<void, std::string>> result;
  };
  const auto state = std::make_shared<State>();
  try {
    run_detached([state, work = std::move(work)]() mutable {
      auto result = work();
      const std::lock_guard lock(state->mutex);
      state->result = std::move(result);
      state->changed.notify_all();
    });
  } catch (const std::system_error& error) {
    return std::unexpected(std::string("the database cannot be asked: ") + error.what());
  }
  std::unique_lock lock(state->mutex);
  if (state->changed.wait_for(lock, stop, kStartTimeout,
                              [&] { return state->result.has_value(); })) {
    return *std::move(state->result);
  }
  if (stop.stop_requested()) return std::unexpected("stopped while the database was asked");
  return std::unexpected("the database cannot be reached: it did not answer in " +
                         std::to_string(kStartTimeout.count()) + " s");
}

}  // namespace remit::storage
