#include "remit/sandbox/payment_book.hpp"

#include <gtest/gtest.h>

namespace remit::sandbox {
namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }

TEST(PaymentBook, KeepsTheFirstRecordOfAnId) {
  PaymentBook book;
  SeededUuidSource ids(1);
  const Uuid id = ids.next();
  EXPECT_TRUE(book.add(id, {1990, at("2026-11-20T17:05:01.123Z")}));
  EXPECT_FALSE(book.add(id, {5, at("2026-11-20T17:05:02Z")}));
  ASSERT_NE(book.find(id), nullptr);
  EXPECT_EQ(book.find(id)->amount_minor, 1990);
  EXPECT_EQ(book.find(ids.next()), nullptr);
  EXPECT_EQ(book.totals({}, {}), (PaymentTotals{1, 1990}));
}

TEST(PaymentBook, BothBoundsAreInclusiveToTheMicrosecond) {
  PaymentBook book;
  const Timestamp time = at("2026-11-20T17:05:01.123Z");
  book.add(SeededUuidSource(1).next(), {1990, time});
  EXPECT_EQ(book.totals(time, time).count, 1);
  EXPECT_EQ(book.totals(time + 1us, {}).count, 0);
  EXPECT_EQ(book.totals({}, time - 1us).count, 0);
  EXPECT_EQ(book.totals(time + 1us, time - 1us).count, 0);
}

TEST(PaymentBook, AgreesWithCountingOneByOneForAnyWindow) {
  PaymentBook book;
  SeededUuidSource ids(7);
  std::vector<PaymentRecord> all;
  const Timestamp start = at("2026-11-20T17:05:00Z");
  for (int i = 0; i < 500; ++i) {
    const auto random = std::hash<Uuid>()(ids.next());
    const PaymentRecord record{static_cast<std::int64_t>(random % 1000 + 1),
                               start + Duration(random % 5'000'000)};
    all.push_back(record);
    book.add(ids.next(), record);
  }
  for (int i = 0; i < 300; ++i) {
    const Timestamp from = start + Duration(std::hash<Uuid>()(ids.next()) % 6'000'000);
    const Timestamp to = from + Duration(std::hash<Uuid>()(ids.next()) % 3'000'000);
    PaymentTotals expected;
    for (const PaymentRecord& record : all) {
      if (record.requested_at < from || record.requested_at > to) continue;
      ++expected.count;
      expected.amount_minor += record.amount_minor;
    }
    EXPECT_EQ(book.totals(from, to), expected);
  }
}

TEST(PaymentBook, ClearForgetsAll) {
  PaymentBook book;
  const Uuid id = SeededUuidSource(1).next();
  book.add(id, {1, at("2026-11-20T17:05:01Z")});
  book.clear();
  EXPECT_EQ(book.totals({}, {}), PaymentTotals());
  EXPECT_TRUE(book.add(id, {2, at("2026-11-20T17:05:01Z")}));
}

}  // namespace
}  // namespace remit::sandbox
