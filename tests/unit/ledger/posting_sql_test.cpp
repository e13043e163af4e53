#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "remit/ledger/posting_sql.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::ledger {
namespace {

struct Movement {
  TenantId tenant;
  Uuid transaction_id;
  std::int64_t step = 0;
  Timestamp posted_at;
  std::vector<Posting> postings;
};

struct Post {
  using Input = std::vector<Movement>;
  using Output = void;
  static constexpr std::string_view kName = "test_post";
  static void execute(storage::Transaction& transaction, std::span<storage::Slot<Post>> slots) {
    static const storage::ComposedStatement kPost("test_post",
                                                  "WITH place AS (SELECT {bucket}) {insert}",
                                                  {{"{bucket}", storage::parameter("smallint")},
                                                   {"{insert}", insert_postings("$1", "true")}});
    for (const auto& slot : slots) {
      PostingArrays rows;
      for (const Movement& one : slot.input) {
        rows.add(one.tenant, one.transaction_id, one.step, one.posted_at, one.postings);
      }
      transaction.execute(kPost, kTenant.home(), rows);
    }
  }
};

class PostingSqlTest : public testing::Test {
 protected:
  PostingSqlTest()
      : url_(test::migrated_database()),
        session_(url_),
        lanes_(loop_.get_executor(), {.name = "test-lanes", .url = url_}) {}

  Result<void> post(std::vector<Movement> movements) {
    return test::run(loop_, lanes_.run<Post>(std::move(movements)));
  }

  static Movement movement(std::int64_t step = 1) {
    return {.tenant = kTenant,
            .transaction_id = *Uuid::parse("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3"),
            .step = step,
            .posted_at = Timestamp(std::chrono::seconds(1)),
            .postings = {{"a", "x", "y", {5, Currency::USD}}, {"b", "y", "z", {6, Currency::JPY}}}};
  }

  std::string url_;
  test::PostgresSession session_;
  boost::asio::io_context loop_;
  storage::Lanes lanes_;
};

TEST_F(PostingSqlTest, WritesEveryLine) {
  ASSERT_TRUE(post({movement(1), movement(2)}));
  EXPECT_EQ(session_.query("SELECT string_agg(concat_ws(' ', step, line, kind, debit_account, "
                           "credit_account, amount, currency), '; ' ORDER BY step, line) "
                           "FROM posting"),
            "1 1 a x y 5 USD; 1 2 b y z 6 JPY; 2 1 a x y 5 USD; 2 2 b y z 6 JPY");
}

TEST_F(PostingSqlTest, NothingToPostIsNothing) {
  EXPECT_TRUE(post({}));
  EXPECT_TRUE(
      post({Movement{.tenant = kTenant, .transaction_id = {}, .posted_at = {}, .postings = {}}}));
  EXPECT_EQ(session_.query("SELECT count(*) FROM posting"), "0");
}

TEST_F(PostingSqlTest, TheSameStepCannotBePostedTwice) {
  ASSERT_TRUE(post({movement()}));
  EXPECT_FALSE(post({movement()}));
  EXPECT_FALSE(post({movement(2), movement(2)}));
  EXPECT_EQ(session_.query("SELECT count(*) FROM posting"), "2");
}

TEST_F(PostingSqlTest, AmountsAreAboveZeroAndAccountsDiffer) {
  Movement zero = movement();
  zero.postings[0].amount.minor = 0;
  EXPECT_FALSE(post({zero}));
  Movement same = movement();
  same.postings[0].credit_account = "x";
  EXPECT_FALSE(post({same}));
  EXPECT_EQ(session_.query("SELECT count(*) FROM posting"), "0");
}

TEST_F(PostingSqlTest, EntriesNeverChange) {
  ASSERT_TRUE(post({movement()}));
  for (const char* change : {"UPDATE posting SET amount = 6", "DELETE FROM posting",
                             "TRUNCATE posting", "DELETE FROM posting WHERE false"}) {
    EXPECT_THROW(session_.query(change), std::runtime_error) << change;
  }
  EXPECT_EQ(session_.query("SELECT sum(amount) FROM posting"), "11");
}

}  // namespace
}  // namespace remit::ledger
