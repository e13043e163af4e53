// Coroutines of the simulated database: what a lane and its statements do between their waits.
//
// A `Work` is lazy, runs where it is awaited and passes exceptions on; destroying the outermost one
// ends all that it awaits. A `Sleeper` is where one lane waits: for a time, or until it is woken.
// Lighter than Asio's, because there are many in each simulated millisecond. One thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "simulation/schedule.hpp"

namespace remit::simulation {

class [[nodiscard]] Work {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct GoOn {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
      return ended.promise().waiting ? ended.promise().waiting : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  struct promise_type {
    std::coroutine_handle<> waiting;
    std::exception_ptr error;

    Work get_return_object() { return Work(Handle::from_promise(*this)); }
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] GoOn final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() {
      if (!waiting) throw;  // a defect: out of the event that resumed it
      error = std::current_exception();
    }
  };

  Work() = default;
  explicit Work(Handle handle) : handle_(handle) {}
  Work(Work&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Work& operator=(Work&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Work() {
    if (handle_) handle_.destroy();
  }

  /// Of the outermost: runs until its first wait.
  void start() const { handle_.resume(); }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) const {
    handle_.promise().waiting = waiting;
    return handle_;
  }
  void await_resume() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
  }

 private:
  Handle handle_;
};

class Sleeper {
 public:
  explicit Sleeper(Schedule& schedule) : schedule_(schedule) {}
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  /// Whatever would still wake it finds nobody.
  ~Sleeper() { *place_ = {}; }

  struct Nap {
    Sleeper& sleeper;
    Duration delay;  ///< below zero: until woken
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) const { sleeper.lie_down(waiting, delay); }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] Nap sleep(Duration delay) { return {*this, delay}; }
  [[nodiscard]] Nap until_woken() { return {*this, Duration(-1)}; }

  /// Ends the wait, if there is one, in an event of its own.
  void wake() {
    if (!place_->waiting) return;
    schedule_.after(Duration::zero(),
                    [place = place_, number = place_->number] { rise(*place, number); });
  }

 private:
  struct Place {
    std::coroutine_handle<> waiting;
    std::uint64_t number = 0;  ///< of the wait
  };

  static void rise(Place& place, std::uint64_t number) {
    if (place.number != number || !place.waiting) return;
    const std::coroutine_handle<> waiting = std::exchange(place.waiting, {});
    ++place.number;
    waiting.resume();
  }

  void lie_down(std::coroutine_handle<> waiting, Duration delay) {
    place_->waiting = waiting;
    if (delay < Duration::zero()) return;
    schedule_.after(delay, [place = place_, number = place_->number] { rise(*place, number); });
  }

  Schedule& schedule_;
  std::shared_ptr<Place> place_ = std::make_shared<Place>();
};

}  // namespace remit::simulation
