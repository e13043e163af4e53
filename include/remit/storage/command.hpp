// Commands as the lanes see them: an operation's input on its way to the database, and the waiter
// it goes back to. The machinery behind `Database::run`; nothing else uses it.
//
// A `Command` is owned by whatever list it is in. It is made and resumed on the loop thread; in
// between one lane thread has it alone. A `Group` is a lane thread's own: the commands of one
// operation in one batch, with their slots side by side. Destroying a command drops its waiter,
// which only happens when the loop itself is torn down.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "remit/base/interface.hpp"
#include "remit/base/problem.hpp"
#include "remit/storage/operation.hpp"

namespace remit::storage {

namespace detail {

class Group;

class Command : public Interface {
 public:
  /// One address per operation.
  [[nodiscard]] virtual const void* kind() const = 0;
  [[nodiscard]] virtual OperationTraits traits() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Group> make_group() const = 0;
  virtual void refuse(const Problem& problem) = 0;
  /// Gives the waiter its result. Once, on the loop thread.
  virtual void resume() = 0;

  std::chrono::steady_clock::time_point queued_at;
};

class Group : public Interface {
 public:
  [[nodiscard]] virtual const void* kind() const = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual OperationTraits traits() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  virtual void add(Command& command) = 0;
  /// Whether these commands are about rows of one bucket; true when the operation does not say.
  [[nodiscard]] virtual bool is_in_one_bucket(std::size_t first, std::size_t count) const = 0;
  /// Inputs stay as they are, so this may be called again after a rollback.
  virtual void execute(Transaction& transaction, std::size_t first, std::size_t count) = 0;
  virtual void refuse(std::size_t first, std::size_t count, const Problem& problem) = 0;
  virtual void put_in_doubt(std::size_t first, std::size_t count, const Problem& doubt) = 0;
  /// Moves the results to the commands and forgets them.
  virtual void hand_back() = 0;
};

template <class Operation>
inline constexpr char kKind = 0;

/// Before it is executed: a slot that `execute` leaves alone must not read as a success.
template <class Operation>
void forget_output(Slot<Operation>& slot) {
  if constexpr (std::is_void_v<typename Operation::Output>) {
    slot.output = Result<void>();
  } else {
    slot.output = fail(kInternal, "no answer");
  }
}

/// When it says that nothing was done, although an earlier run may have done it.
template <class Operation>
void put_in_doubt(Slot<Operation>& slot, const Problem& doubt) {
  if (!slot.output && denies_effect(slot.output.error())) slot.output = fail(doubt);
}

template <class Operation>
bool is_in_one_bucket(std::span<const Slot<Operation>> slots) {
  if constexpr (requires { &Operation::bucket_of; }) {
    return std::ranges::adjacent_find(slots, [](const auto& one, const auto& next) {
             return Operation::bucket_of(one.input) != Operation::bucket_of(next.input);
           }) == slots.end();
  } else {
    return true;
  }
}

template <class Operation>
class CommandOf : public Command {
 public:
  explicit CommandOf(typename Operation::Input input)
      : slot{std::move(input), Result<typename Operation::Output>()} {}

  [[nodiscard]] const void* kind() const override { return &kKind<Operation>; }
  [[nodiscard]] OperationTraits traits() const override { return traits_of<Operation>(); }
  [[nodiscard]] std::unique_ptr<Group> make_group() const override;
  void refuse(const Problem& problem) override { slot.output = std::unexpected(problem); }

  Slot<Operation> slot;
};

template <class Operation>
class GroupOf final : public Group {
 public:
  [[nodiscard]] const void* kind() const override { return &kKind<Operation>; }
  [[nodiscard]] std::string_view name() const override { return Operation::kName; }
  [[nodiscard]] OperationTraits traits() const override { return traits_of<Operation>(); }
  [[nodiscard]] std::size_t size() const override { return slots_.size(); }

  void add(Command& command) override {
    auto& mine = static_cast<CommandOf<Operation>&>(command);
    slots_.push_back(std::move(mine.slot));
    commands_.push_back(&mine);
  }

  [[nodiscard]] bool is_in_one_bucket(std::size_t first, std::size_t count) const override {
    return detail::is_in_one_bucket<Operation>(std::span(slots_).subspan(first, count));
  }

  void execute(Transaction& transaction, std::size_t first, std::size_t count) override {
    const std::span<Slot<Operation>> slots = std::span(slots_).subspan(first, count);
    for (Slot<Operation>& slot : slots) forget_output(slot);
    Operation::execute(transaction, slots);
  }

  void refuse(std::size_t first, std::size_t count, const Problem& problem) override {
    for (Slot<Operation>& slot : std::span(slots_).subspan(first, count)) {
      slot.output = std::unexpected(problem);
    }
  }

  void put_in_doubt(std::size_t first, std::size_t count, const Problem& doubt) override {
    for (Slot<Operation>& slot : std::span(slots_).subspan(first, count)) {
      detail::put_in_doubt(slot, doubt);
    }
  }

  void hand_back() override {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      commands_[i]->slot.output = std::move(slots_[i].output);
    }
    slots_.clear();
    commands_.clear();
  }

 private:
  std::vector<Slot<Operation>> slots_;
  std::vector<CommandOf<Operation>*> commands_;
};

template <class Operation>
std::unique_ptr<Group> CommandOf<Operation>::make_group() const {
  return std::make_unique<GroupOf<Operation>>();
}

/// A command together with the completion handler that waits for it.
template <class Operation, class Handler>
class WaitingCommand final : public CommandOf<Operation> {
 public:
  WaitingCommand(typename Operation::Input input, Handler handler)
      : CommandOf<Operation>(std::move(input)), handler_(std::move(handler)) {}

  void resume() override {
    Handler handler = std::move(handler_);
    std::move(handler)(std::move(this->slot.output));
  }

 private:
  Handler handler_;
};

}  // namespace detail
}  // namespace remit::storage
