// Lanes as in storage/lanes.hpp, over the simulated database: a queue, a few connections that take
// all that is queued of one operation as one transaction, and the same handling of every failure.
//
// An `Operation` is as there, but its `execute` is a coroutine over slots that stay where they are.
// One process's; its machine is killed before this is destroyed. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/storage/lanes.hpp"
#include "simulation/database_work.hpp"
#include "simulation/machine.hpp"
#include "simulation/transaction.hpp"

namespace remit::simulation {

struct LaneOptions {
  std::size_t lanes = 2;
  std::size_t max_batch = 512;
  std::size_t queue_limit = 20'000;
  Duration queue_timeout = std::chrono::seconds(5);
};

class Command {
 public:
  using Execute = Work (*)(Transaction*, std::span<Command* const>);

  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  /// One for each operation.
  [[nodiscard]] virtual Execute kind() const = 0;
  /// Operation::kOneStatement
  [[nodiscard]] virtual bool is_one_statement() const = 0;
  virtual void forget_result() = 0;
  virtual void refuse(const Problem& problem) = 0;
  /// When its result says that nothing was done.
  virtual void put_in_doubt(const Problem& doubt) = 0;
  virtual void answer() = 0;

  Duration queued_at{0};
};

template <class Operation>
class CommandOf final : public Command {
 public:
  using Output = Result<typename Operation::Output>;

  CommandOf(typename Operation::Input input_in, Reply<Output> reply)
      : input(std::move(input_in)), reply_(std::move(reply)) {}

  [[nodiscard]] Execute kind() const override { return &Operation::execute; }
  [[nodiscard]] bool is_one_statement() const override {
    return requires { Operation::kOneStatement; };
  }
  void forget_result() override {
    if constexpr (std::is_void_v<typename Operation::Output>) {
      output = Output();
    } else {
      output = fail(kInternal, "no answer");
    }
  }
  void refuse(const Problem& problem) override { output = fail(problem); }
  void put_in_doubt(const Problem& doubt) override {
    if (output) return;
    const ProblemCode& code = output.error().code;
    if (code == storage::kLockTimeout || code == kUnavailable || code == kInternal) {
      output = fail(doubt);
    }
  }
  void answer() override { reply_(std::move(output)); }

  typename Operation::Input input;
  Output output;

 private:
  Reply<Output> reply_;
};

/// The commands of one operation in a batch.
template <class Operation>
class Slots {
 public:
  explicit Slots(std::span<Command* const> commands) : commands_(commands) {}
  [[nodiscard]] std::size_t size() const { return commands_.size(); }
  CommandOf<Operation>& operator[](std::size_t index) const {
    return static_cast<CommandOf<Operation>&>(*commands_[index]);
  }

 private:
  std::span<Command* const> commands_;
};

class Lane;

class Lanes {
 public:
  Lanes(Machine& machine, Database::Impl& database, bool read_only, LaneOptions options);
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;
  ~Lanes();

  template <class Operation>
  Task<Result<typename Operation::Output>> run(typename Operation::Input input) {
    using Output = Result<typename Operation::Output>;
    return machine_.ask<Output>([this, input = std::move(input)](Reply<Output> reply) mutable {
      enqueue(std::make_unique<CommandOf<Operation>>(std::move(input), std::move(reply)));
    });
  }

 private:
  friend class Lane;
  using Queue = std::deque<std::unique_ptr<Command>>;

  void enqueue(std::unique_ptr<Command> command);
  void refuse_queue(const Problem& problem);
  void take(std::vector<std::unique_ptr<Command>>& batch);
  void watch_for_expiry();
  void expire();

  Machine& machine_;
  Database::Impl& database_;
  const bool read_only_;
  const LaneOptions options_;
  Queue queue_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t lanes_down_ = 0;
  std::shared_ptr<bool> is_watched_ = std::make_shared<bool>(false);
};

}  // namespace remit::simulation
