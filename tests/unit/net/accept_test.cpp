#include "remit/net/accept.hpp"

#include <gtest/gtest.h>

#include <array>

namespace remit::net {
namespace {

std::string chosen(std::initializer_list<std::string> accept) {
  constexpr std::array<std::string_view, 3> kTypes = {"application/json", "text/csv",
                                                      "application/x-ndjson"};
  Headers headers;
  for (const std::string& each : accept) headers.add("accept", each);
  return std::string(kTypes.at(preferred_type(headers, kTypes)));
}

TEST(Accept, TheFirstTypeIsGivenUnlessAnotherIsWanted) {
  EXPECT_EQ(chosen({}), "application/json");
  EXPECT_EQ(chosen({"*/*"}), "application/json");
  EXPECT_EQ(chosen({""}), "application/json");
  EXPECT_EQ(chosen({"image/png"}), "application/json");
  EXPECT_EQ(chosen({"text/csv"}), "text/csv");
  EXPECT_EQ(chosen({"Text/CSV; charset=utf-8"}), "text/csv");
  EXPECT_EQ(chosen({"text/*"}), "text/csv");
  EXPECT_EQ(chosen({"text/html, application/x-ndjson"}), "application/x-ndjson");
  EXPECT_EQ(chosen({"text/html", "application/x-ndjson"}), "application/x-ndjson");
}

TEST(Accept, WeightsDecide) {
  EXPECT_EQ(chosen({"application/json;q=0.5, text/csv"}), "text/csv");
  EXPECT_EQ(chosen({"application/json, text/csv;q=0.9"}), "application/json");
  EXPECT_EQ(chosen({"text/csv;q=0, */*;q=0.1"}), "application/json");
  EXPECT_EQ(chosen({"application/json;q=0, text/csv;q=0.001"}), "text/csv");
  EXPECT_EQ(chosen({"text/csv;q=high, application/x-ndjson;q=0.2"}), "application/x-ndjson");
  EXPECT_EQ(chosen({"*/*, application/json;q=0.1"}), "text/csv");
  EXPECT_EQ(chosen({",,;q=1,text/csv;;q=1;,"}), "text/csv");
}

}  // namespace
}  // namespace remit::net
