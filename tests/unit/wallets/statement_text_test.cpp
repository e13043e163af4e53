#include "statement_text.hpp"

#include <gtest/gtest.h>

namespace remit::wallets {
namespace {

StatementHead head() {
  return {.user_id = "alice",
          .from = parse_timestamp("2026-01-01T00:00:00Z").value(),
          .span = {.currency = Currency::EUR,
                   .to = parse_timestamp("2026-02-01T00:00:00Z").value(),
                   .opening = 100,
                   .closing = 70}};
}

StatementEntry entry() {
  return {.posting_id = 17,
          .entry = {.id = "17-c",
                    .transaction_id = Uuid::parse("00000000-0000-4000-8000-000000000001").value(),
                    .account = "wallet:alice",
                    .counter_account = "wallet:bob",
                    .amount = {30, Currency::EUR},
                    .balance_after = 70,
                    .at = parse_timestamp("2026-01-02T03:04:05.678901Z").value(),
                    .description = "transfer"}};
}

TEST(StatementText, CsvHasAColumnForEverythingInEachRow) {
  const StatementEntry one = entry();
  const std::string csv = opening_rows(StatementFormat::csv, head()) +
                          entry_rows(StatementFormat::csv, std::span(&one, 1)) +
                          closing_row(StatementFormat::csv, head());
  EXPECT_EQ(csv,
            "type,entry_id,transaction_id,timestamp,account_id,counter_account_id,currency,debit,"
            "credit,balance_after,description\r\n"
            "opening,,,2026-01-01T00:00:00.000Z,wallet:alice,,EUR,,,100,\r\n"
            "entry,17-c,00000000-0000-4000-8000-000000000001,2026-01-02T03:04:05.678901Z,"
            "wallet:alice,wallet:bob,EUR,,30,70,transfer\r\n"
            "closing,,,2026-02-01T00:00:00.000Z,wallet:alice,,EUR,,,70,\r\n");
}

TEST(StatementText, CsvQuotesWhatWouldEndAFieldAndDisarmsFormulas) {
  EXPECT_EQ(csv_text("alice"), "alice");
  EXPECT_EQ(csv_text(""), "");
  EXPECT_EQ(csv_text("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_text("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_text("two\r\nlines"), "\"two\r\nlines\"");
  for (const std::string formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"}) {
    EXPECT_EQ(csv_text(formula), "'" + formula);
  }
  EXPECT_EQ(csv_text("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
}

TEST(StatementText, NdjsonIsAnObjectInEachLine) {
  const StatementEntry one = entry();
  EXPECT_EQ(opening_rows(StatementFormat::ndjson, head()),
            R"({"type":"opening","account_id":"wallet:alice","currency":"EUR","balance":100,)"
            R"("timestamp":"2026-01-01T00:00:00.000Z"})"
            "\n");
  EXPECT_EQ(entry_rows(StatementFormat::ndjson, std::span(&one, 1)),
            R"({"type":"entry","entry_id":"17-c",)"
            R"("transaction_id":"00000000-0000-4000-8000-000000000001",)"
            R"("account_id":"wallet:alice","counter_account_id":"wallet:bob","currency":"EUR",)"
            R"("debit":0,"credit":30,"balance_after":70,)"
            R"("timestamp":"2026-01-02T03:04:05.678901Z","description":"transfer"})"
            "\n");
}

}  // namespace
}  // namespace remit::wallets
