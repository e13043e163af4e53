#include "remit/outbox/fact.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "remit/base/text.hpp"

namespace remit::outbox {
namespace {

using Json = nlohmann::json;

constexpr TenantId kTenant{1};
constexpr Timestamp kAt{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};

Fact fact() {
  return {.type = "payment.completed",
          .resource = "/payments/7",
          .at = kAt,
          .user = "ada",
          .data = R"({"status":"COMPLETED"})",
          .changes = R"({"status":["PROCESSING","COMPLETED"]})"};
}

Event read_back(const Fact& fact, Timestamp stored_at = kAt) {
  return read_line(line_of(fact), kTenant, stored_at).value();
}

TEST(Line, IsReadAsItWasWritten) {
  const Event event = read_back(fact());
  EXPECT_EQ(event.type, "payment.completed");
  EXPECT_EQ(event.resource, "/payments/7");
  EXPECT_EQ(event.at, kAt);
  EXPECT_EQ(event.user, "ada");
  EXPECT_EQ(event.data, fact().data);
  EXPECT_EQ(event.changes, fact().changes);
}

TEST(Line, StaysOneLineWhateverStandsBetweenTheTokensOfItsJson) {
  Fact loose = fact();
  loose.data = "{\n\t\"note\":\r\n \"a\\nb\\tc\"}";
  EXPECT_EQ(line_of(loose).find('\n'), std::string::npos);
  EXPECT_EQ(Json::parse(read_back(loose).data), Json::parse(loose.data));
}

TEST(Line, IsTextThatADatabaseTakesWhateverAProviderSaid) {
  Fact odd = fact();
  odd.data = "{\"error_message\":\"\xC3\x28 \xFF\"}";
  EXPECT_EQ(line_of(odd), sanitize_utf8(line_of(odd)));
  EXPECT_TRUE(Json::accept(read_back(odd).data));
}

TEST(FirstLine, SaysWhenAndNoLaterThanItWasStored) {
  Fact first = fact();
  first.begins = true;
  EXPECT_EQ(read_back(first, kAt + std::chrono::seconds(1)).at, kAt);
  const Event early = read_back(first, kAt - std::chrono::seconds(1));
  EXPECT_EQ(early.at, kAt - std::chrono::seconds(1));
  EXPECT_EQ(Json::parse(early.data), Json({{"created_at", "2026-02-28T23:59:59.000Z"},
                                           {"updated_at", "2026-02-28T23:59:59.000Z"},
                                           {"status", "COMPLETED"}}));
}

TEST(FirstLine, MayHaveNothingElse) {
  Fact first = fact();
  first.begins = true;
  first.data = "{}";
  EXPECT_EQ(Json::parse(read_back(first).data).size(), 2U);
}

TEST(DamagedLine, IsNotRead) {
  const std::string line = line_of(fact());
  for (std::size_t i = 0; i < line.size(); ++i) {
    EXPECT_FALSE(read_line(line.substr(0, i), kTenant, kAt)) << i;
  }
  EXPECT_FALSE(read_line(line + "\t{}", kTenant, kAt));
  EXPECT_FALSE(read_line("a\tb\tnow\t\t\t{}\t{}", kTenant, kAt));
  EXPECT_TRUE(read_line("a\tb\t1\t\t\t{}\t{}", kTenant, kAt));
}

TEST(EventJson, HasWhatTheContractNames) {
  Event event = read_back(fact());
  event.sequence = 42;
  EXPECT_EQ(Json::parse(event_json(event)),
            Json::parse(R"({"id":"evt_1_42","type":"payment.completed",
                            "timestamp":"2026-03-01T00:00:00.000Z","sequence":42,
                            "resource":"/payments/7","data":{"status":"COMPLETED"},
                            "changes":{"status":["PROCESSING","COMPLETED"]}})"));
  const Json thin = Json::parse(event_json(event, Detail::thin));
  EXPECT_FALSE(thin.contains("data"));
  EXPECT_FALSE(thin.contains("changes"));
  EXPECT_EQ(thin["resource"], "/payments/7");
}

}  // namespace
}  // namespace remit::outbox
