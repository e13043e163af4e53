// A queue of commands that owns them: first in, first out, linked through the commands themselves.
//
// Of one thread at a time; destroying it drops the waiters.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "remit/storage/command.hpp"

namespace remit::storage {

class CommandList {
 public:
  CommandList() = default;
  CommandList(CommandList&& other) noexcept { swap(other); }
  CommandList& operator=(CommandList&& other) noexcept {
    CommandList taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~CommandList() {
    while (pop()) {
    }
  }

  [[nodiscard]] bool empty() const { return head_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] detail::Command* front() const { return head_; }

  void push(std::unique_ptr<detail::Command> command) {
    detail::Command* const added = command.release();
    added->next = nullptr;
    (tail_ == nullptr ? head_ : tail_->next) = added;
    tail_ = added;
    ++size_;
  }

  /// Null when empty.
  std::unique_ptr<detail::Command> pop() {
    std::unique_ptr<detail::Command> taken(head_);
    if (taken) {
      head_ = taken->next;
      if (head_ == nullptr) tail_ = nullptr;
      --size_;
    }
    return taken;
  }

  /// The first ones, at most `count`.
  CommandList take(std::size_t count) {
    if (count >= size_) return std::move(*this);
    CommandList taken;
    while (taken.size_ < count) taken.push(pop());
    return taken;
  }

  void refuse_all(const Problem& problem) {
    for (detail::Command* command = head_; command != nullptr; command = command->next) {
      command->refuse(problem);
    }
  }

  /// Loop thread.
  void resume_all() {
    while (const std::unique_ptr<detail::Command> command = pop()) command->resume();
  }

 private:
  void swap(CommandList& other) noexcept {
    std::swap(head_, other.head_);
    std::swap(tail_, other.tail_);
    std::swap(size_, other.size_);
  }

  detail::Command* head_ = nullptr;
  detail::Command* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace remit::storage
