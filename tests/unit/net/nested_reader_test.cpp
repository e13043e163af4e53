// Arrays and objects inside a body.
#include <gtest/gtest.h>

#include "remit/net/json.hpp"

namespace remit::net {
namespace {

using Strings = std::vector<std::string>;

Strings faults_of(const FieldReader& reader) {
  Strings faults;
  if (reader.ok()) return faults;
  for (const FieldError& error : reader.problem().errors) {
    faults.push_back(error.pointer + " " + error.detail);
  }
  return faults;
}

struct Item {
  std::int64_t amount = 0;
  std::string account;
};

std::vector<Item> read_items(FieldReader& reader) {
  std::vector<Item> items;
  reader.each("items", {.least = 1, .most = 4}, [&items](FieldReader& item) {
    const auto amount = item.integer("amount", 1, 100);
    item.inside("to", [&](FieldReader& to) {
      const auto account = to.text("account", 1, 10);
      items.push_back({amount.value_or(0), account.value_or("")});
    });
  });
  return items;
}

TEST(NestedReader, ReadsObjectsInArraysInOrder) {
  const JsonValue body = parse_json(R"({"items":[{"amount":1,"to":{"account":"a"}},
                                                 {"amount":2,"to":{"account":"b"}}]})")
                             .value();
  FieldReader reader(body);
  const std::vector<Item> items = read_items(reader);
  EXPECT_EQ(faults_of(reader), Strings{});
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].amount, 1);
  EXPECT_EQ(items[1].account, "b");
}

TEST(NestedReader, FaultsHavePointersFromTheRoot) {
  const JsonValue body =
      parse_json(R"({"items":[7,{"amount":0,"to":{"account":""}},{"amount":1}]})").value();
  FieldReader reader(body);
  read_items(reader);
  reader.integer("limit", 1, 2);
  EXPECT_EQ(faults_of(reader),
            (Strings{"/items/0 must be an object", "/items/1/amount must be from 1 to 100",
                     "/items/1/to/account must have 1 to 10 characters", "/items/2/to is required",
                     "/limit is required"}));
}

TEST(NestedReader, AnArrayHasSoManyElements) {
  for (const char* text : {R"({"items":[]})", R"({"items":[1,2,3,4,5]})"}) {
    const JsonValue body = parse_json(text).value();
    FieldReader reader(body);
    read_items(reader);
    EXPECT_EQ(faults_of(reader), Strings{"/items must have 1 to 4 elements"}) << text;
  }
  const JsonValue body = parse_json(R"({"items":{}})").value();
  FieldReader reader(body);
  EXPECT_FALSE(reader.each("items", {.least = 0, .most = 1}, [](FieldReader&) {}));
  EXPECT_EQ(faults_of(reader), Strings{"/items must be an array"});
}

TEST(NestedReader, ReadsArraysOfTexts) {
  const JsonValue body = parse_json(R"({"events":["a.b","",7,"c"],"none":null})").value();
  FieldReader reader(body);
  EXPECT_EQ(reader.texts("events", {.least = 1, .most = 9}, 5), (Strings{"a.b", "c"}));
  EXPECT_EQ(reader.texts("none", {.least = 1, .most = 9}, 5, FieldReader::Presence::optional),
            Strings{});
  EXPECT_EQ(faults_of(reader), (Strings{"/events/1 must be a string of 1 to 5 characters",
                                        "/events/2 must be a string of 1 to 5 characters"}));
}

TEST(NestedReader, FaultsBeyondTheMostAreNotTold) {
  std::string text = R"({"events":[0)";
  for (int i = 0; i < 200; ++i) text += ",0";
  const JsonValue body = parse_json(text + "]}").value();
  FieldReader reader(body);
  reader.texts("events", {.least = 1, .most = 1'000}, 5);
  EXPECT_EQ(faults_of(reader).size(), FieldReader::kMaxFaults);
}

}  // namespace
}  // namespace remit::net
