#include "remit/ledger/posting.hpp"

#include <gtest/gtest.h>

namespace remit::ledger {
namespace {

TEST(Posting, MirrorMovesTheSameBack) {
  const std::vector<Posting> postings{{"intake", "clearing", "source_funds", {5, Currency::USD}},
                                      {"fee", "fees:a", "clearing", {1, Currency::EUR}}};
  const std::vector<Posting> expected{
      {"intake_reversed", "source_funds", "clearing", {5, Currency::USD}},
      {"fee_reversed", "clearing", "fees:a", {1, Currency::EUR}}};
  EXPECT_EQ(mirror(postings), expected);
  EXPECT_TRUE(mirror({}).empty());
}

TEST(Posting, AccountsOfProvidersAreNamedByThem) {
  EXPECT_EQ(provider_fees("onramp", "swift"), "fees:onramp:swift");
  EXPECT_EQ(processor_account("default"), "processor:default");
}

}  // namespace
}  // namespace remit::ledger
