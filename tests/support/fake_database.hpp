// A database that answers each operation as the test says.
//
//   FakeDatabase database(loop.get_executor());
//   database.on<FindQuote>([&](const FindQuote::Input& key) { return found(key); });
//
// An answer is a Result of the operation's output, or a Task of one; an operation without an answer
// is kInternal. One thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include "remit/storage/database.hpp"

namespace remit::test {

class FakeDatabase final : public storage::Database {
  using Command = storage::detail::Command;

 public:
  explicit FakeDatabase(Executor loop) : loop_(std::move(loop)) {}

  template <class Operation, class Answer>
  void on(Answer answer) {
    answers_[&storage::detail::kKind<Operation>] =
        [this, answer = std::move(answer)](std::shared_ptr<Command> command) {
          auto& slot = static_cast<storage::detail::CommandOf<Operation>&>(*command).slot;
          using Output = Result<typename Operation::Output>;
          if constexpr (std::is_same_v<decltype(answer(slot.input)), Task<Output>>) {
            boost::asio::co_spawn(loop_, answer(slot.input),
                                  [command, &slot](const std::exception_ptr& error, Output output) {
                                    if (error) std::rethrow_exception(error);
                                    slot.output = std::move(output);
                                    command->resume();
                                  });
          } else {
            slot.output = answer(slot.input);
            resume(std::move(command));
          }
        };
  }

  void submit(std::unique_ptr<Command> command) override {
    const auto answer = answers_.find(command->kind());
    if (answer != answers_.end()) {
      answer->second(std::move(command));
    } else {
      command->refuse(Problem(kInternal, "the test gives no answer"));
      resume(std::move(command));
    }
  }

 private:
  void resume(std::shared_ptr<Command> command) {
    boost::asio::post(loop_, [command = std::move(command)] { command->resume(); });
  }

  Executor loop_;
  std::map<const void*, std::function<void(std::shared_ptr<Command>)>> answers_;
};

}  // namespace remit::test
