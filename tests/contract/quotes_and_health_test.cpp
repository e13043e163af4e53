#include "contract/contract_test.hpp"
#include "support/tenants.hpp"

namespace remit::contract {
namespace {

using routing::BoardEntry;
using routing::HealthSlot;

class QuoteContract : public ContractTest {};

TEST_P(QuoteContract, AStoredQuoteIsFoundComplete) {
  quotes::Quote stored = quote();
  stored.offramp = "o'brien \"bank\" {}, \\";
  const Uuid id = quotes::parse_quote_id(stored.quote_id).value();
  ASSERT_TRUE(run(database().run<quotes::InsertQuote>({tenant(), stored})));
  EXPECT_EQ(run(database(1).run<quotes::FindQuote>({tenant(), id}), 1).value(), stored);
  EXPECT_FALSE(run(database().run<quotes::FindQuote>({kOtherTenant, id})).value())
      << "another tenant's";
  EXPECT_FALSE(run(database().run<quotes::FindQuote>({tenant(), ids_.next()})).value());
}

TEST_P(QuoteContract, OneThatDoesNotAddUpIsRefusedAndItsNeighboursAreNot) {
  std::vector<Begun<void>> begun;
  for (int i = 0; i < 6; ++i) {
    quotes::Quote stored = quote();
    if (i == 1) stored.rounding.minor = 1;
    if (i == 4) stored.source_cost.minor += 5;
    if (i == 4) stored.rounding.minor = -5;
    begun.push_back(begin(database().run<quotes::InsertQuote>({tenant(), stored})));
  }
  for (std::size_t i = 0; i < begun.size(); ++i) {
    EXPECT_EQ(end(begun[i]).has_value(), i != 1 && i != 4) << i;
  }
}

TEST_P(QuoteContract, OneIsStoredOnce) {
  const quotes::Quote stored = quote();
  ASSERT_TRUE(run(database().run<quotes::InsertQuote>({tenant(), stored})));
  EXPECT_EQ(run(database().run<quotes::InsertQuote>({tenant(), stored})).error().code, kInternal);
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(QuoteContract);

class HealthContract : public ContractTest {
 protected:
  std::vector<HealthSlot> claim_due(Uuid checker, Duration interval = minutes(5), int index = 0) {
    for (HealthSlot& slot : slots_) slot.interval = interval;
    return run(database(index).run<routing::ClaimHealthSlots>({slots_, checker}), index).value();
  }
  std::vector<BoardEntry> read_all() {
    return run(database().run<routing::ReadHealth>({})).value();
  }

  std::vector<HealthSlot> slots_{{ProviderKind::processor, "default", minutes(5)},
                                 {ProviderKind::onramp, "default", minutes(5)}};
  Uuid one_ = ids_.next();
  Uuid other_ = ids_.next();
};

TEST_P(HealthContract, ASlotIsClaimedOncePerInterval) {
  EXPECT_EQ(claim_due(one_, milliseconds(1)).size(), 2U);
  EXPECT_TRUE(claim_due(other_, minutes(5), 1).empty());
  backend().pass(milliseconds(1) + routing::kClaimMargin);
  EXPECT_EQ(claim_due(other_, minutes(5), 1).size(), 2U);
  EXPECT_TRUE(claim_due(one_).empty());
}

TEST_P(HealthContract, OneOfManyClaimersGetsASlot) {
  std::vector<Begun<std::vector<HealthSlot>>> begun;
  for (int i = 0; i < 20; ++i) {
    begun.push_back(
        begin(database(i % 2).run<routing::ClaimHealthSlots>({slots_, ids_.next()}), i % 2));
  }
  std::size_t claimed = 0;
  for (const auto& one : begun) claimed += end(one).value().size();
  EXPECT_EQ(claimed, slots_.size());
}

TEST_P(HealthContract, ASlotThatAnotherInstanceIsClaimingIsNotTaken) {
  for (const bool commits : {true, false}) {
    claim_due(one_, Duration(-routing::kClaimMargin));
    auto outsider = backend().outsider();
    outsider->claim_health(slots_[0]);
    const auto claiming = begin(database().run<routing::ClaimHealthSlots>({slots_, other_}));
    until_somebody_waits();
    if (commits) outsider->commit();
    outsider.reset();
    const auto claimed = end(claiming).value();
    ASSERT_EQ(claimed.size(), commits ? 1U : 2U);
    if (commits) EXPECT_EQ(claimed[0].kind, ProviderKind::onramp);
    for (HealthSlot& slot : slots_) slot.name = "of the second round";
  }
}

TEST_P(HealthContract, AStoredReportIsRead) {
  claim_due(one_);
  EXPECT_TRUE(read_all().empty()) << "nobody has been asked yet";
  const Timestamp at = kStart + Duration(123'456);
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, at}};
  ASSERT_TRUE(run(database().run<routing::StoreHealth>({entry, one_})));
  const auto all = read_all();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, ProviderKind::processor);
  EXPECT_EQ(all[0].name, "default");
  EXPECT_TRUE(all[0].report.failing);
  EXPECT_EQ(all[0].report.min_response_ms, 250);
  EXPECT_EQ(all[0].report.checked_at, at);
}

TEST_P(HealthContract, ALateResultOfAnEarlierCheckerIsIgnored) {
  claim_due(one_, Duration(-routing::kClaimMargin));
  ASSERT_EQ(claim_due(other_).size(), 2U);
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, kStart}};
  ASSERT_TRUE(run(database().run<routing::StoreHealth>({entry, one_})));
  EXPECT_TRUE(read_all().empty());
}

TEST_P(HealthContract, ASlotThatIsGivenBackIsDueAtOnce) {
  ASSERT_EQ(claim_due(one_).size(), 2U);
  EXPECT_TRUE(claim_due(other_, minutes(5), 1).empty());
  ASSERT_TRUE(run(database().run<routing::ReturnHealthSlot>({slots_[0], other_, false})))
      << "it is not its own to give";
  EXPECT_TRUE(claim_due(other_, minutes(5), 1).empty());
  ASSERT_TRUE(run(database().run<routing::ReturnHealthSlot>({slots_[0], one_, false})));
  backend().pass(milliseconds(1));
  const auto claimed = claim_due(other_, minutes(5), 1);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].kind, slots_[0].kind);
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, kStart}};
  ASSERT_TRUE(run(database().run<routing::StoreHealth>({entry, one_})));
  EXPECT_TRUE(read_all().empty()) << "what it learns later is not its turn's any more";
}

TEST_P(HealthContract, ASlotThatWasAskedInVainKeepsItsInterval) {
  ASSERT_EQ(claim_due(one_).size(), 2U);
  ASSERT_TRUE(run(database().run<routing::ReturnHealthSlot>({slots_[0], one_, true})));
  backend().pass(milliseconds(1));
  EXPECT_TRUE(claim_due(other_, minutes(5), 1).empty());
  const BoardEntry entry{ProviderKind::processor, "default", {true, 250, kStart}};
  ASSERT_TRUE(run(database().run<routing::StoreHealth>({entry, one_})));
  EXPECT_TRUE(read_all().empty()) << "what it learns later is not its turn's any more";
}

REMIT_HOLDS_FOR_BOTH(HealthContract);

}  // namespace
}  // namespace remit::contract
