// What transactions hold and wait for: rows, keys that are being inserted, and the saga table.
//
// A lock is handed to the first who waits, so that nobody can slip in between. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "remit/base/interface.hpp"
#include "remit/base/time.hpp"

namespace remit::simulation {

class Transaction;

enum class Wish : std::uint8_t {
  row,     ///< to change a row that is there
  key,     ///< to insert a row where there is none
  write,   ///< the table, beside other writers
  freeze,  ///< the table, while nobody writes it (SHARE ROW EXCLUSIVE)
};

class Lock : public Interface {
 public:
  /// True when `transaction` has it now.
  virtual bool try_take(Transaction& transaction, Wish wish) = 0;
  virtual void add_holders(std::vector<Transaction*>& holders) const = 0;
  /// Its transaction has ended.
  virtual void release(Transaction& transaction, bool committed) = 0;

  void await(Transaction& transaction) { queue_.push_back(&transaction); }
  void leave(Transaction& transaction) { std::erase(queue_, &transaction); }
  [[nodiscard]] Duration changed_at() const { return changed_at_; }

 protected:
  /// Gives it to whom it can be given to, and wakes those for whom there is nothing to wait for.
  void hand_on(Duration now);
  [[nodiscard]] bool is_awaited() const { return !queue_.empty(); }
  /// Whether somebody before `transaction` waits to freeze the table.
  [[nodiscard]] bool is_freeze_before(const Transaction& transaction) const;
  /// Whether `wish` can never be granted here, as things are now.
  [[nodiscard]] virtual bool is_vain(Wish) const { return false; }

 private:
  std::vector<Transaction*> queue_;
  Duration changed_at_{0};
};

/// One row by its key. Null: there is none.
template <class Row>
class Entry : public Lock {
 public:
  using Pointer = std::shared_ptr<const Row>;

  [[nodiscard]] const Pointer& committed() const { return committed_; }
  /// As `transaction` sees it.
  [[nodiscard]] const Pointer& seen_by(const Transaction& transaction) const {
    return holder_ == &transaction ? pending_ : committed_;
  }
  [[nodiscard]] bool is_held_by(const Transaction& transaction) const {
    return holder_ == &transaction;
  }
  [[nodiscard]] bool is_free() const { return holder_ == nullptr; }
  /// By its holder.
  void set(Pointer row) { pending_ = std::move(row); }

  bool try_take(Transaction& transaction, Wish wish) override;
  void add_holders(std::vector<Transaction*>& holders) const override {
    if (holder_ != nullptr) holders.push_back(holder_);
  }
  void release(Transaction& transaction, bool committed) override;

 protected:
  virtual void taken(Transaction&) {}
  virtual void settled() {}

 private:
  [[nodiscard]] bool is_vain(Wish wish) const override {
    return (wish == Wish::key) == (committed_ != nullptr);
  }

  Transaction* holder_ = nullptr;
  Pointer committed_;
  Pointer pending_;
};

/// A table as a whole.
class TableLock final : public Lock {
 public:
  bool try_take(Transaction& transaction, Wish wish) override;
  void add_holders(std::vector<Transaction*>& holders) const override;
  void release(Transaction& transaction, bool committed) override;

 private:
  std::vector<Transaction*> writers_;
  Transaction* freezer_ = nullptr;
};

}  // namespace remit::simulation
