// A simulated process: one loop, a clock of its own, and a life that may end at any instant.
//
// Product code runs on `executor()` as it does in `remitd`. What it waits for outside itself goes
// through `ask`, which hands a `Reply` to the simulated world; the world may use it at any later
// instant, more than once, or never, and when the process has died meanwhile nothing happens. A
// paused process (SIGSTOP) keeps what arrives for it until it goes on. One thread.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "remit/base/alarm.hpp"
#include "remit/base/task.hpp"
#include "remit/base/time.hpp"
#include "remit/storage/command.hpp"
#include "simulation/schedule.hpp"

namespace remit::simulation {

class Machine;

/// The way back to one waiting coroutine. Copies are the same way: the first use counts.
template <class T>
class Reply {
 public:
  Reply(std::weak_ptr<Machine*> life, std::uint64_t number)
      : life_(std::move(life)), number_(number) {}
  /// False: nobody waits any more.
  bool operator()(T value) const;

 private:
  std::weak_ptr<Machine*> life_;
  std::uint64_t number_;
};

class Machine {
 public:
  /// Wall time is true time beside `epoch` and is off by `jump`s; the monotonic clock is true.
  Machine(Schedule& schedule, Timestamp epoch);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine();

  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] AlarmFactory& alarms() { return alarms_; }
  [[nodiscard]] Schedule& schedule() { return schedule_; }

  /// Wall time alone moves, as when somebody sets the clock.
  void jump(Duration by) { clock_.offset += by; }

  /// Starts a task that ends by itself or with the process. An exception ends the simulation.
  void spawn(Task<void> task);

  /// Waits for the reply that `start(Reply<T>)` passes on to the world.
  template <class T, class Start>
  Task<T> ask(Start start) {
    auto waiting = boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        [this](auto handler, Start begin) {
          const std::uint64_t number = ++last_number_;
          using Handler = decltype(handler);
          waiting_.emplace(number, std::make_unique<WaitingFor<T, Handler>>(std::move(handler)));
          begin(Reply<T>(life_, number));
        },
        boost::asio::use_awaitable, std::move(start));
    T value = co_await std::move(waiting);
    co_return value;
  }

  /// Keeps a command that the world works on; `answer` gives its waiter the result. Gone with the
  /// process.
  storage::detail::Command* keep(std::unique_ptr<storage::detail::Command> command);
  void answer(storage::detail::Command* command);

  /// Everything that can happen in this process without time passing.
  void run_ready();

  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  [[nodiscard]] bool is_paused() const { return paused_; }

  /// kill -9: every coroutine is gone, with what it held. Only then may the objects that they used
  /// be destroyed.
  void kill();

 private:
  template <class T>
  friend class Reply;

  struct Waiting {
    Waiting() = default;
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    virtual ~Waiting() = default;
  };
  template <class T>
  struct WaitingOf : Waiting {
    virtual void resume(Machine& machine, T value) = 0;
  };
  template <class T, class Handler>
  struct WaitingFor final : WaitingOf<T> {
    explicit WaitingFor(Handler handler_in) : handler(std::move(handler_in)) {}
    void resume(Machine& machine, T value) override {
      boost::asio::post(machine.context_,
                        [handler = std::move(handler), value = std::move(value)]() mutable {
                          std::move(handler)(std::move(value));
                        });
    }
    Handler handler;
  };

  template <class T>
  bool resume(std::uint64_t number, T value) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return false;
    const std::unique_ptr<Waiting> waiting = std::move(found->second);
    waiting_.erase(found);
    is_ready_ = true;
    static_cast<WaitingOf<T>&>(*waiting).resume(*this, std::move(value));
    return true;
  }

  /// One whose handlers can be dropped while it stands.
  struct Context : boost::asio::io_context {
    using execution_context::shutdown;
    using io_context::io_context;
  };
  struct MachineClock final : Clock {
    MachineClock(const Schedule& schedule_in, Timestamp epoch_in)
        : schedule(schedule_in), epoch(epoch_in) {}
    [[nodiscard]] Timestamp now() const override { return epoch + schedule.now() + offset; }
    [[nodiscard]] Duration monotonic() const override { return schedule.now(); }
    const Schedule& schedule;
    Timestamp epoch;
    Duration offset{0};
  };
  class MachineAlarm;
  struct Alarms final : AlarmFactory {
    explicit Alarms(Machine& machine_in) : machine(machine_in) {}
    [[nodiscard]] std::unique_ptr<Alarm> make_alarm() override;
    Machine& machine;
  };

  Schedule& schedule_;
  Context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  MachineClock clock_;
  Alarms alarms_{*this};
  std::map<std::uint64_t, std::unique_ptr<Waiting>> waiting_;
  std::map<storage::detail::Command*, std::unique_ptr<storage::detail::Command>> commands_;
  std::uint64_t last_number_ = 0;
  bool is_ready_ = false;
  bool paused_ = false;
  std::shared_ptr<Machine*> life_ = std::make_shared<Machine*>(this);
};

template <class T>
bool Reply<T>::operator()(T value) const {
  const std::shared_ptr<Machine*> alive = life_.lock();
  return alive && (*alive)->template resume<T>(number_, std::move(value));
}

}  // namespace remit::simulation
