#include "remit/net/query_reader.hpp"

#include <gtest/gtest.h>

namespace remit::net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Request asking(Pairs query) {
  Request request;
  request.query = std::move(query);
  return request;
}

TEST(QueryReader, AParameterWithoutAValueIsAbsent) {
  const Request request = asking({{"status", ""}, {"from", ""}, {"limit", ""}});
  QueryReader query(request, {"status", "from", "limit"});
  EXPECT_FALSE(query.text("status"));
  EXPECT_FALSE(query.not_before("from"));
  EXPECT_EQ(query.limit(), 20);
  EXPECT_TRUE(query.ok());
}

TEST(QueryReader, NamesWhatItDoesNotKnowAndWhatItKnows) {
  const Request request = asking({{"state", "FAILED"}});
  const QueryReader query(request, {"status", "kind"});
  ASSERT_FALSE(query.ok());
  const Problem problem = query.problem();
  EXPECT_EQ(problem.code, kValidationError);
  EXPECT_EQ(problem.errors,
            (std::vector<FieldError>{{"?state", "is not known here; known are status, kind"}}));
}

TEST(QueryReader, AParameterIsGivenOnce) {
  const Request request = asking({{"kind", "charge"}, {"kind", "charge"}});
  const QueryReader query(request, {"kind"});
  ASSERT_FALSE(query.ok());
  EXPECT_EQ(query.problem().errors,
            (std::vector<FieldError>{{"?kind", "is given more than once"}}));
}

TEST(QueryReader, TellsSoManyFaultsAndNoMore) {
  const Request request = asking(Pairs(4'000, {std::string(100, 'x'), ""}));
  const QueryReader query(request, {"kind"});
  EXPECT_EQ(query.problem().errors.size(), QueryReader::kMaxFaults);
  EXPECT_LT(query.problem().errors[0].pointer.size(), 70U);
}

TEST(QueryReader, BoundsOfTimeAreRoundedIntoTheWindow) {
  const std::string text = "2026-11-20T17:05:01.3650001Z";
  const Request request = asking({{"from", text}, {"to", text}});
  QueryReader query(request, {"from", "to"});
  EXPECT_EQ(query.not_before("from"), parse_timestamp("2026-11-20T17:05:01.365001Z").value());
  EXPECT_EQ(query.not_after("to"), parse_timestamp("2026-11-20T17:05:01.365Z").value());
}

TEST(QueryReader, BoundsAreInOrderAsTheyAreWritten) {
  const auto faults = [](const std::string& from, const std::string& to) {
    const Request request = asking({{"from", from}, {"to", to}});
    QueryReader query(request, {"from", "to"});
    query.expect_order("from", "to");
    return query.ok() ? "" : query.problem().errors.at(0).pointer;
  };
  EXPECT_EQ(faults("2026-11-20T00:00:01Z", "2026-11-20T00:00:00Z"), "?to");
  EXPECT_EQ(faults("2026-11-20T00:00:00.0000001Z", "2026-11-20T00:00:00.0000002Z"), "");
  EXPECT_EQ(faults("2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"), "");
  EXPECT_EQ(faults("", "2026-11-20T00:00:00Z"), "");
  EXPECT_EQ(faults("yesterday", "2026-11-20T00:00:00Z"), "") << "a fault of its own";
}

TEST(QueryReader, ACursorIsOneThatWasGivenOut) {
  const Cursor cursor{Timestamp(Duration(7)), Uuid()};
  const auto read = [](const std::string& text) {
    const Request request = asking({{"cursor", text}});
    QueryReader query(request, {"cursor"});
    return std::pair(query.cursor(), query.ok());
  };
  const auto [found, is_ok] = read(to_text(cursor));
  ASSERT_TRUE(found && is_ok);
  EXPECT_EQ(found->at, cursor.at);
  EXPECT_TRUE(read("").second);
  EXPECT_FALSE(read("elsewhere").second);
}

}  // namespace
}  // namespace remit::net
