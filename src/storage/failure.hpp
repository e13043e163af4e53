// What an exception from a batch means: its cause and what to do.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "remit/base/problem.hpp"

namespace remit::storage {

enum class FailureKind : std::uint8_t {
  rerun,    ///< a conflict with another transaction: the same again
  isolate,  ///< one of the commands is at fault: separate it
  refuse,   ///< the server cannot do it now; the connection is fine
  lost,     ///< the connection is of no use, nothing was committed
  unknown,  ///< the connection was lost while it committed
};

/// Of a statement that took too long, or was cancelled.
inline constexpr std::string_view kStatementTimeout = "57014";
/// Of a statement that waited for a lock for longer than it may.
inline constexpr std::string_view kLockNotAvailable = "55P03";

struct Failure {
  FailureKind kind = FailureKind::isolate;
  Problem problem;             ///< what a command is told that fails with it for good
  std::string sql_state;       ///< empty when the server did not say
  std::string reason;          ///< for the log; never holds values of a row
  bool has_lost_plan = false;  ///< a prepared statement whose result has changed its shape
};

struct FailureContext {
  bool connection_open = true;
  bool committing = false;
};

/// Classifies the exception that is being handled, inside a catch block.
[[nodiscard]] Failure failure_of_current_exception(FailureContext context);

[[nodiscard]] Problem unavailable(std::string detail);
[[nodiscard]] Problem outcome_unknown(std::string detail);

/// For an operator: `what`, a colon and libpq's or the server's `message` as one line. A database
/// that takes no writes is named as that, whatever was tried on it.
[[nodiscard]] std::string refusal_of(std::string_view what, std::string_view message);
[[nodiscard]] std::string read_only_refusal();

}  // namespace remit::storage
