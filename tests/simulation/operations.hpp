// The product's operations over the simulated database: statement by statement what the SQL of
// each does, with the same rules.
//
// A file of operations ends with an `add_…` that names them; a command of an operation that nobody
// added ends the simulation. One thread.
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>

#include "remit/storage/command.hpp"
#include "simulation/database_work.hpp"
#include "simulation/transaction.hpp"

namespace remit::simulation {

using storage::detail::Command;

/// The commands of one operation in a batch; they stay where they are.
template <class Operation>
class Slots {
 public:
  explicit Slots(std::span<Command* const> commands) : commands_(commands) {}
  [[nodiscard]] std::size_t size() const { return commands_.size(); }
  storage::Slot<Operation>& operator[](std::size_t index) const {
    return static_cast<storage::detail::CommandOf<Operation>&>(*commands_[index]).slot;
  }

 private:
  std::span<Command* const> commands_;
};

class Operations {
 public:
  /// An operation without its type.
  struct Entry {
    Work (*execute)(Transaction* transaction, std::span<Command* const> commands);
    void (*forget_output)(Command& command);
    void (*put_in_doubt)(Command& command, const Problem& doubt);
  };

  template <class Operation, Work (*execute)(Transaction*, Slots<Operation>)>
  void add() {
    using CommandOf = storage::detail::CommandOf<Operation>;
    table_[&storage::detail::kKind<Operation>] = {
        .execute =
            [](Transaction* transaction, std::span<Command* const> commands) {
              return execute(transaction, Slots<Operation>(commands));
            },
        .forget_output =
            [](Command& command) {
              storage::detail::forget_output(static_cast<CommandOf&>(command).slot);
            },
        .put_in_doubt =
            [](Command& command, const Problem& doubt) {
              storage::detail::put_in_doubt(static_cast<CommandOf&>(command).slot, doubt);
            }};
  }
  [[nodiscard]] const Entry& of(const Command& command) const { return table_.at(command.kind()); }

  /// Those of the whole product.
  [[nodiscard]] static const Operations& all();

 private:
  std::unordered_map<const void*, Entry> table_;
};

void add_charge_operations(Operations& operations);
void add_claim_operations(Operations& operations);
void add_conversion_operations(Operations& operations);
void add_event_operations(Operations& operations);
void add_wallet_operations(Operations& operations);
void add_health_operations(Operations& operations);
void add_payment_operations(Operations& operations);
void add_quote_operations(Operations& operations);
void add_saga_operations(Operations& operations);

}  // namespace remit::simulation
