#include "failure.hpp"

#include <gtest/gtest.h>

#include <pqxx/except>

namespace remit::storage {
namespace {

Failure failure_of(const std::exception_ptr& error, FailureContext context = {}) {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    return failure_of_current_exception(context);
  }
}

std::exception_ptr not_supported(const std::string& text) {
  return std::make_exception_ptr(pqxx::feature_not_supported("ERROR:  " + text, "", "0A000"));
}

TEST(Failure, APlanThatNoLongerFitsNeedsANewConnection) {
  const Failure failure = failure_of(not_supported("cached plan must not change result type\n"));
  EXPECT_EQ(failure.kind, FailureKind::lost);
  EXPECT_TRUE(failure.has_lost_plan);
  EXPECT_EQ(failure.problem.code, kUnavailable);
}

TEST(Failure, AnUnsupportedStatementIsADefectInTheServersWords) {
  const std::string text = "could not run distributed query because of a volatile function";
  for (const bool committing : {false, true}) {
    const Failure failure = failure_of(not_supported(text + "\nHINT: none\n"),
                                       {.connection_open = true, .committing = committing});
    EXPECT_EQ(failure.kind, FailureKind::isolate);
    EXPECT_FALSE(failure.has_lost_plan);
    EXPECT_EQ(failure.problem.code, kInternal);
    EXPECT_EQ(failure.reason, "ERROR:  " + text);
  }
}

TEST(Failure, TheWordsOfOtherErrorsMayHoldValuesOfRows) {
  const Failure failure = failure_of(std::make_exception_ptr(
      pqxx::data_exception("ERROR:  invalid input syntax: \"secret\"", "", "22P02")));
  EXPECT_EQ(failure.reason, "refused by the database");
}

}  // namespace
}  // namespace remit::storage
