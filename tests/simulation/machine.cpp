#include "simulation/machine.hpp"

#include <exception>
#include <optional>

namespace remit::simulation {

class Machine::MachineAlarm final : public Alarm {
 public:
  explicit MachineAlarm(Machine& machine) : machine_(machine) {}

  Task<void> wait(Duration delay) override {
    if (!rung_) {
      auto waiting = machine_.ask<bool>([this, delay](Reply<bool> reply) {
        waiter_ = reply;
        machine_.schedule_.after(delay, [reply] { reply(true); });
      });
      co_await std::move(waiting);
      waiter_.reset();
    }
    rung_ = false;
  }

  void ring() override {
    rung_ = true;
    if (waiter_) (*waiter_)(true);
  }

 private:
  Machine& machine_;
  std::optional<Reply<bool>> waiter_;
  bool rung_ = false;
};

std::unique_ptr<Alarm> Machine::Alarms::make_alarm() {
  return std::make_unique<MachineAlarm>(machine);
}

Machine::Machine(Schedule& schedule, Timestamp epoch)
    : schedule_(schedule), clock_(schedule, epoch) {}

Machine::~Machine() { kill(); }

void Machine::spawn(Task<void> task) {
  is_ready_ = true;
  boost::asio::co_spawn(context_, std::move(task), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

storage::detail::Command* Machine::keep(std::unique_ptr<storage::detail::Command> command) {
  storage::detail::Command* const kept = command.get();
  commands_.emplace(kept, std::move(command));
  return kept;
}

void Machine::answer(storage::detail::Command* command) {
  auto kept = commands_.extract(command);
  is_ready_ = true;
  boost::asio::post(context_, [answered = std::move(kept.mapped())] { answered->resume(); });
}

void Machine::run_ready() {
  if (!is_ready_ || paused_) return;
  is_ready_ = false;
  context_.restart();
  context_.poll();
}

void Machine::kill() {
  life_.reset();
  waiting_.clear();
  commands_.clear();
  context_.shutdown();
}

}  // namespace remit::simulation
