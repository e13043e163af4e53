// What went wrong, as a value: the one error type that crosses a module border.
//
// A `ProblemCode` is a constant with static storage; features declare their own beside the rules
// that raise them. Each code has exactly one HTTP status (docs/openapi.json, RFC 9457). Any thread;
// never throws beyond allocation failure.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace remit {

/// A stable, machine-readable name of a kind of failure with its one HTTP status.
struct ProblemCode {
  std::string_view name;    ///< UPPER_SNAKE, never changed once published
  int status = 500;         ///< HTTP status
  std::string_view title;   ///< short, the same for every occurrence
  std::string_view type{};  ///< of a problem that is registered; else it follows from the name

  friend bool operator==(const ProblemCode& a, const ProblemCode& b) { return a.name == b.name; }
};

/// One member of the request at fault; `pointer` is a JSON Pointer (RFC 6901), or "?name" for a
/// query parameter.
struct FieldError {
  std::string pointer;
  std::string detail;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

struct Problem {
  ProblemCode code;
  std::string detail;
  std::vector<FieldError> errors;
  std::optional<std::chrono::seconds> retry_after;

  Problem() = default;
  Problem(ProblemCode code_in, std::string detail_in)
      : code(code_in), detail(std::move(detail_in)) {}

  friend bool operator==(const Problem&, const Problem&) = default;
};

template <class T>
using Result = std::expected<T, Problem>;

/// `return fail(kNotFound, "no such payment");` from any function that returns a Result.
[[nodiscard]] inline std::unexpected<Problem> fail(ProblemCode code, std::string detail) {
  return std::unexpected(Problem(code, std::move(detail)));
}

[[nodiscard]] inline std::unexpected<Problem> fail(Problem problem) {
  return std::unexpected(std::move(problem));
}

// Codes that belong to no single feature.
inline constexpr ProblemCode kValidationError{"VALIDATION_ERROR", 400, "The request is not valid"};
inline constexpr ProblemCode kInvalidJson{"INVALID_JSON", 400, "The body is not valid JSON"};
inline constexpr ProblemCode kMissingHeader{"MISSING_HEADER", 400, "A required header is missing"};
inline constexpr ProblemCode kNotFound{"NOT_FOUND", 404, "There is no such resource"};
inline constexpr ProblemCode kInternal{"INTERNAL", 500, "The server met an unexpected condition"};
/// The service cannot do it now, and nothing was done; the same request may be sent again.
inline constexpr ProblemCode kUnavailable{"UNAVAILABLE", 503, "The service cannot answer now"};
/// A queue is full; nothing was done.
inline constexpr ProblemCode kOverloaded{
    "OVERLOADED", 503, "The service has too much to do",
    "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"};
/// The connection was lost during a commit, which may or may not have happened. A retry with the
/// same key tells.
inline constexpr ProblemCode kOutcomeUnknown{"OUTCOME_UNKNOWN", 503,
                                             "It is not known whether the request took effect"};

/// Another request holds the resource for longer than this one waits; nothing was done.
inline constexpr ProblemCode kRequestInProgress{"REQUEST_IN_PROGRESS", 409,
                                                "Another request is at work on the same resource"};

/// What may be tried again in a second.
[[nodiscard]] inline Problem again_later(ProblemCode code, std::string detail) {
  Problem problem(code, std::move(detail));
  problem.retry_after = std::chrono::seconds(1);
  return problem;
}

/// Whether it says that the request had no effect.
[[nodiscard]] inline bool denies_effect(const Problem& problem) {
  return problem.code == kRequestInProgress || problem.code == kUnavailable ||
         problem.code == kOverloaded || problem.code == kInternal;
}

}  // namespace remit
