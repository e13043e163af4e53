// Commands in the order in which they came. Of one thread at a time; destroying it drops the
// waiters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <utility>

#include "remit/storage/command.hpp"

namespace remit::storage {

class CommandList {
 public:
  [[nodiscard]] bool empty() const { return commands_.empty(); }
  [[nodiscard]] std::size_t size() const { return commands_.size(); }
  [[nodiscard]] detail::Command* front() const { return commands_.front().get(); }
  [[nodiscard]] auto begin() const { return commands_.begin(); }
  [[nodiscard]] auto end() const { return commands_.end(); }

  void push(std::unique_ptr<detail::Command> command) { commands_.push_back(std::move(command)); }

  /// Null when empty.
  std::unique_ptr<detail::Command> pop() {
    if (empty()) return nullptr;
    std::unique_ptr<detail::Command> taken = std::move(commands_.front());
    commands_.pop_front();
    return taken;
  }

  /// The first ones, at most `count`.
  CommandList take(std::size_t count) {
    CommandList taken;
    const auto last = std::next(begin(), static_cast<std::ptrdiff_t>(std::min(count, size())));
    taken.commands_.splice(taken.end(), commands_, begin(), last);
    return taken;
  }

  void refuse_all(const Problem& problem) {
    for (const auto& command : commands_) command->refuse(problem);
  }

  /// Loop thread.
  void resume_all() {
    while (const std::unique_ptr<detail::Command> command = pop()) command->resume();
  }

 private:
  std::list<std::unique_ptr<detail::Command>> commands_;
};

}  // namespace remit::storage
