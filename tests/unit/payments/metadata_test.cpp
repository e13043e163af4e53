#include "metadata.hpp"

#include <gtest/gtest.h>

namespace remit::payments {
namespace {

struct Reading {
  std::string text;
  std::vector<FieldError> errors;
};

Reading read(const std::string& metadata) {
  const net::JsonValue body = net::parse_json("{\"metadata\":" + metadata + "}").value();
  net::FieldReader fields(body);
  Reading reading{read_metadata(fields), {}};
  if (!fields.ok()) reading.errors = fields.problem().errors;
  return reading;
}

std::string pointer_of(const std::string& metadata) {
  const Reading reading = read(metadata);
  return reading.errors.empty() ? "" : reading.errors.front().pointer;
}

TEST(Metadata, IsKeptAsItWasWritten) {
  EXPECT_EQ(read("null").text, "");
  EXPECT_EQ(read(R"({ "b":[1.50,1e2,0.0,-0e5], "a":{"x":true} })").text,
            R"({"a":{"x":true},"b":[1.50,1e2,0.0,-0e5]})");
}

TEST(Metadata, HasFiftyMembersAndSixteenKilobytes) {
  const auto with_members = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "{\"" : ",\"") + std::to_string(i) + "\":1";
    }
    return text + "}";
  };
  EXPECT_EQ(pointer_of(with_members(kMaxMetadataMembers)), "");
  EXPECT_EQ(pointer_of(with_members(kMaxMetadataMembers + 1)), "/metadata");
  const auto with_bytes = [](std::size_t count) {
    return "{\"x\":\"" + std::string(count - 8, 'a') + "\"}";
  };
  EXPECT_EQ(pointer_of(with_bytes(kMaxMetadataBytes)), "");
  EXPECT_EQ(read(with_bytes(kMaxMetadataBytes)).text.size(), kMaxMetadataBytes);
  EXPECT_EQ(pointer_of(with_bytes(kMaxMetadataBytes + 1)), "/metadata");
}

TEST(Metadata, NumbersAreThoseThatADoubleCanHold) {
  EXPECT_EQ(pointer_of(R"({"x":[1e-16383]})"), "/metadata/x/0");
  EXPECT_EQ(pointer_of(R"({"a":1,"x":{"y/z":[0,{"w":1e-400}]}})"), "/metadata/x/y~1z/1/w");
  EXPECT_EQ(pointer_of(R"({"x":-1e-16384})"), "/metadata/x");
  for (const char* number : {"1e308", "-1.7e308", "1e-300", "0", "0.0", "0e-9999", "-0.000",
                             "123456789012345678901234567890"}) {
    EXPECT_EQ(pointer_of("{\"x\":" + std::string(number) + "}"), "") << number;
  }
}

}  // namespace
}  // namespace remit::payments
