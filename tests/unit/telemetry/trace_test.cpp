#include "remit/telemetry/trace.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace remit::telemetry {
namespace {

constexpr std::string_view kTraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kSpanId = "00f067aa0ba902b7";
constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

void expect_well_formed(const TraceContext& trace) {
  EXPECT_TRUE(is_valid_request_id(trace.request_id));
  EXPECT_EQ(trace.trace_id.size(), 32U);
  EXPECT_EQ(trace.span_id.size(), 16U);
  EXPECT_EQ(trace.trace_id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(trace.span_id.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(RequestId, IsVisibleAsciiOfLimitedLength) {
  EXPECT_TRUE(is_valid_request_id("a"));
  EXPECT_TRUE(is_valid_request_id("!~req-1"));
  EXPECT_TRUE(is_valid_request_id(std::string(128, 'x')));
  for (const std::string& text :
       {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\n"),
        std::string("\x7F"), std::string("é"), std::string("a\0", 2), std::string("\t")}) {
    EXPECT_FALSE(is_valid_request_id(text)) << text;
  }
}

TEST(ContinueTrace, KeepsTheTraceAndMakesItsOwnSpan) {
  const TraceContext trace = continue_trace("req-1", kParent);
  EXPECT_EQ(trace.request_id, "req-1");
  EXPECT_EQ(trace.trace_id, kTraceId);
  EXPECT_NE(trace.span_id, kSpanId);
  EXPECT_EQ(trace.flags, "01");
  expect_well_formed(trace);
  EXPECT_EQ(trace.traceparent(), "00-" + std::string(kTraceId) + "-" + trace.span_id + "-01");
}

TEST(ContinueTrace, KeepsOnlyTheSampledFlag) {
  const std::string stem = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
  EXPECT_EQ(continue_trace(std::nullopt, stem + "00").flags, "00");
  EXPECT_EQ(continue_trace(std::nullopt, stem + "02").flags, "00");
  EXPECT_EQ(continue_trace(std::nullopt, stem + "ff").flags, "01");
}

TEST(ContinueTrace, UnderstandsLaterVersions) {
  const std::string stem = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(continue_trace(std::nullopt, stem).trace_id, kTraceId);
  EXPECT_EQ(continue_trace(std::nullopt, stem + "-more").trace_id, kTraceId);
  EXPECT_NE(continue_trace(std::nullopt, stem + ".more").trace_id, kTraceId);
}

TEST(ContinueTrace, MakesWhatIsMissingOrInvalid) {
  const std::vector<std::string> invalid = {
      "",
      "00",
      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
      "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
      " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
  for (const std::string& header : invalid) {
    const TraceContext trace = continue_trace("not valid", header);
    EXPECT_NE(trace.trace_id, kTraceId) << header;
    EXPECT_NE(trace.request_id, "not valid");
    expect_well_formed(trace);
  }
  const std::string zero(32, '0');
  EXPECT_NE(continue_trace(std::nullopt, "00-" + zero + "-00f067aa0ba902b7-01").trace_id, zero);
}

TEST(NewTrace, IsDifferentEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const TraceContext trace = new_trace();
    expect_well_formed(trace);
    EXPECT_TRUE(seen.insert(trace.trace_id).second);
    EXPECT_TRUE(seen.insert(trace.span_id).second);
    EXPECT_TRUE(seen.insert(trace.request_id).second);
  }
}

}  // namespace
}  // namespace remit::telemetry
