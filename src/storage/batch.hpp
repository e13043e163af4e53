// The commands that one lane took from the queue together, all of one operation, on their way
// through the database.
//
// The remaining work is a stack of ranges of them. At first there is one range, for one
// transaction; a range that fails because of one command is halved. The outcome of a range is final
// once it has left the stack, so a lost connection concerns only ranges that are still on it.
//
// Owned and used by one lane thread; kept from batch to batch for its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command_list.hpp"
#include "connection.hpp"
#include "failure.hpp"

namespace remit::storage {

struct BatchCounts {
  std::int64_t transactions = 0;
  std::int64_t reruns = 0;
  std::int64_t unknown = 0;
  std::int64_t schema_doubts = 0;  ///< failures such as another schema would make
};

class Batch {
 public:
  Batch(bool read_only, Duration statement_timeout)
      : read_only_(read_only), statement_timeout_(statement_timeout) {}

  void load(CommandList commands);

  /// Executes the stack. False: the connection cannot be used any more; the rest can be run on
  /// another one, or be refused.
  [[nodiscard]] bool run(Connection& connection);
  [[nodiscard]] bool is_done() const { return todo_.empty(); }
  /// With `problem`, or with the doubt that is left about what was run already.
  void refuse_rest(const Problem& problem);

  /// The commands with their results, and what happened since the last call.
  [[nodiscard]] CommandList hand_back();
  [[nodiscard]] BatchCounts take_counts();

 private:
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
    int conflicts = 0;           ///< reruns so far
    bool met_a_lock = false;     ///< has waited for a row once: the next wait is short
    bool took_too_long = false;  ///< its statement has timed out once: the next timeout is short
    /// It may have been executed already, so no later failure may say otherwise.
    std::optional<Problem> doubt;
  };

  /// Committed by its statement, not by a COMMIT.
  [[nodiscard]] bool is_one_statement(const Range& range) const;
  /// Whether the operation's traits ask for other settings than the session's.
  [[nodiscard]] bool has_own_settings() const;
  /// BEGIN, with the settings of the operation and of a range that failed before.
  [[nodiscard]] std::string begin(const Range& range) const;
  /// Whether a failure now is one of a later statement, which only looks at what the first did.
  [[nodiscard]] bool is_committed_in_part(const Range& range, const Transaction& transaction) const;
  [[nodiscard]] bool run_next(Connection& connection);
  void run_transaction(Connection& connection, const Range& range, Transaction& transaction,
                       FailureContext& context);
  /// For good: with `problem`, or with the doubt that there is.
  void refuse(const Range& range, const Problem& problem);
  void cut_in_halves(const Range& range);
  /// Puts commands to retry back on the stack, refuses the others.
  void resolve(Range range, const Failure& failure);
  void log_refusal(const Range& range, const Failure& failure,
                   const Transaction& transaction) const;

  const bool read_only_;
  const Duration statement_timeout_;
  int timeouts_ = 0;  ///< of the commands at hand
  CommandList commands_;
  std::vector<std::unique_ptr<detail::Group>> groups_;  ///< one for each operation seen so far
  detail::Group* group_ = nullptr;                      ///< of the commands at hand
  std::vector<Range> todo_;
  BatchCounts counts_;
};

}  // namespace remit::storage
