// Batches of operations that say which bucket a command is about.

#include <algorithm>

#include "lanes_fixture.hpp"
#include "remit/storage/by_bucket.hpp"
#include "remit/storage/transaction.hpp"
#include "support/database_proxy.hpp"

namespace remit::storage {
namespace {

/// As PutNote, with a statement for each bucket: the tens of a note's id.
struct PutInBuckets {
  static constexpr std::string_view kName = "put_in_buckets";
  static constexpr OperationTraits kTraits{.one_statement = true};
  using Input = SaveNote::Input;
  using Output = bool;
  static Bucket bucket_of(const Input& input) {
    return Bucket(static_cast<std::int32_t>(input.id / 10));
  }

  static void execute(Transaction& transaction, Slots<PutInBuckets> slots) {
    static constexpr Statement kPut{
        "test_one_statement",
        "INSERT INTO note (id, text) SELECT * FROM unnest($1::bigint[], $2::text[])"
        " ON CONFLICT (id) DO UPDATE SET text = note.text || '+'"};
    const auto bucket_of_slot = [](const auto& slot) { return bucket_of(slot.input); };
    for (const auto& [bucket, indices] : by_bucket(slots, bucket_of_slot)) {
      ArrayParameter ids, texts;
      for (const std::size_t index : indices) {
        ids.add(slots[index].input.id);
        texts.add(slots[index].input.text);
        slots[index].output = true;
      }
      transaction.execute(kPut, ids, texts);
    }
  }
};

class LanesBucketTest : public LanesTest {
 protected:
  using Results = std::vector<std::shared_ptr<std::optional<Result<bool>>>>;

  LanesBucketTest() : proxy_(cluster_.socket_folder()) {
    LaneSettings one = settings();
    one.lanes = 1;
    one.url = proxy_.url_through(url_);
    lanes_ = make_lanes(one);
    EXPECT_TRUE(ping(*lanes_).has_value());
  }

  /// As one batch.
  Results put(const std::vector<SaveNote::Input>& notes) {
    Results results;
    const auto before = lanes_->statistics();
    for (const auto& note : notes) results.push_back(begin<PutInBuckets>(*lanes_, note));
    run_until([&] {
      return std::ranges::all_of(results, [](const auto& each) { return each->has_value(); });
    });
    EXPECT_EQ(lanes_->statistics().batches, before.batches + 1);
    return results;
  }

  test::DatabaseProxy proxy_;
  std::unique_ptr<Lanes> lanes_;
};

/// Only what is committed by its statement is run again after a lost answer.
TEST_F(LanesBucketTest, ABatchOfOneBucketIsOneStatement) {
  proxy_.arm(test::CommitFault::lose_answer);
  for (const auto& result : put({{11, "one"}, {12, "two"}, {15, "three"}})) {
    EXPECT_EQ(**result, Result<bool>(true));
  }
  EXPECT_EQ(proxy_.faults_done(), 1);
  EXPECT_EQ(session_.query("SELECT string_agg(text, ' ' ORDER BY id) FROM note"),
            "one+ two+ three+");
}

TEST_F(LanesBucketTest, ABatchOfSeveralBucketsIsOneTransaction) {
  for (const auto& result : put({{31, "three"}, {11, "one"}, {21, "two"}})) {
    EXPECT_EQ(**result, Result<bool>(true));
  }
  EXPECT_EQ(session_.query("SELECT count(DISTINCT xmin::text) || ' for ' || count(*) FROM note"),
            "1 for 3");
  EXPECT_EQ(session_.query("SELECT string_agg(text, ' ' ORDER BY cmin::text::int) FROM note"),
            "one two three");
}

/// Nothing of a batch that is cut in halves stays.
TEST_F(LanesBucketTest, AFailureInALaterBucketUndoesTheEarlier) {
  const Results results = put({{11, "one"}, {21, "two"}, {31, "poison"}});
  EXPECT_EQ(**results[0], Result<bool>(true));
  EXPECT_EQ(**results[1], Result<bool>(true));
  ASSERT_FALSE((*results[2])->has_value());
  EXPECT_EQ((*results[2])->error().code, kInternal);
  EXPECT_EQ(session_.query("SELECT string_agg(text, ' ' ORDER BY id) FROM note"), "one two");
}

TEST_F(LanesBucketTest, ALostCommitOfSeveralBucketsLeavesTheOutcomeUnknown) {
  proxy_.arm(test::CommitFault::lose_answer);
  for (const auto& result : put({{11, "one"}, {21, "two"}})) {
    ASSERT_FALSE((*result)->has_value());
    EXPECT_EQ((*result)->error().code, kOutcomeUnknown);
  }
  EXPECT_EQ(session_.query("SELECT string_agg(text, ' ' ORDER BY id) FROM note"), "one two");
}

}  // namespace
}  // namespace remit::storage
