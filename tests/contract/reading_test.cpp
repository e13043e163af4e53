#include <set>

#include "contract/contract_test.hpp"
#include "support/tenants.hpp"

namespace remit::contract {
namespace {

using payments::ListRequest;
using payments::Payment;
using payments::Summary;

class ReadingContract : public ContractTest {
 protected:
  /// A charge accepted so many seconds after the start.
  Uuid add(std::int64_t second) { return accept_charge(100, seconds(second)); }
  std::vector<Uuid> list(ListRequest request) {
    std::vector<Uuid> ids;
    for (const Payment& one :
         run(database().run<payments::ListPayments>(std::move(request))).value()) {
      ids.push_back(one.saga.id);
    }
    return ids;
  }
  Summary summary(std::optional<Timestamp> from = {}, std::optional<Timestamp> to = {},
                  std::optional<Tenant> of = {}) {
    return run(database().run<payments::SummariseCharges>(
                   {.tenant = of.value_or(tenant()), .from = from, .to = to}))
        .value();
  }
  static Timestamp at(std::int64_t second) { return kStart + seconds(second); }
};

TEST_P(ReadingContract, FindsOnlyTheTenantsOwn) {
  const Uuid id = add(0);
  const auto found = run(database().run<payments::FindPayment>({tenant(), id})).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->saga.plan, &payments::charge_plan());
  EXPECT_FALSE(found->conversion);
  EXPECT_FALSE(run(database().run<payments::FindPayment>({kOtherTenant, id})).value());
  EXPECT_FALSE(run(database().run<payments::FindPayment>({tenant(), ids_.next()})).value());
}

TEST_P(ReadingContract, ManyAreFoundAtOnceEachWithItsHistory) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add(i));
  complete_charges("default", at(10));
  ids.push_back(add(6));
  std::vector<Begun<std::optional<Payment>>> begun;
  for (const Uuid& id : ids)
    begun.push_back(begin(database().run<payments::FindPayment>({tenant(), id})));
  const auto twice = begin(database().run<payments::FindPayment>({tenant(), ids[0]}));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Payment found = end(begun[i]).value().value();
    EXPECT_EQ(found.saga.id, ids[i]);
    ASSERT_EQ(found.history.size(), i < 5 ? 2U : 0U);
    if (i == 5) continue;
    EXPECT_EQ(found.history[0].to, "PROCESSING");
    EXPECT_EQ(found.history[1].from, "PROCESSING");
    EXPECT_EQ(found.history[1].at, at(10));
    EXPECT_EQ(found.saga.processed_at, at(10));
  }
  EXPECT_EQ(end(twice).value()->saga.id, ids[0]) << "the same, asked for twice in a batch";
}

// It is read in a statement of its own, after the payment: what happened in between is left out.
TEST_P(ReadingContract, AHistoryGoesNoFurtherThanItsPayment) {
  const Uuid id = add(0);
  const std::int64_t version = backend().lease(id)->version;
  const auto outsider = backend().outsider();
  outsider->add_transition(id, version + 1);
  outsider->commit();
  EXPECT_TRUE(payment(id).history.empty());
  EXPECT_TRUE(run(database().run<payments::ListPayments>(ListRequest(tenant())))
                  .value()
                  .at(0)
                  .history.empty());
}

TEST_P(ReadingContract, ListsTheNewestFirst) {
  const Uuid old = add(1);
  const Uuid newest = add(3);
  const Uuid middle = add(2);
  EXPECT_EQ(list(ListRequest(tenant())), (std::vector<Uuid>{newest, middle, old}));
  ListRequest one(tenant());
  one.limit = 1;
  EXPECT_EQ(list(one), std::vector<Uuid>{newest});
  ListRequest others(kOtherTenant);
  EXPECT_TRUE(list(others).empty());
}

TEST_P(ReadingContract, FiltersNarrowAndCombine) {
  const Uuid done = add(1);
  complete_charges("default", at(1));
  const Uuid open = add(2);
  payments::NewConversion with_id = conversion(std::nullopt, "key-of-request-1");
  with_id.request.external_id = "order 7";
  ASSERT_TRUE(run(database().run<payments::AcceptConversion>(with_id)));

  ListRequest request(tenant());
  request.kind = "charge";
  EXPECT_EQ(list(request), (std::vector<Uuid>{open, done}));
  request.status = "COMPLETED";
  EXPECT_EQ(list(request), std::vector<Uuid>{done});
  request.kind = "conversion";
  EXPECT_TRUE(list(request).empty());
  request.status = engine::kPending;
  EXPECT_EQ(list(request), std::vector<Uuid>{with_id.payment_id});
  request.kind = "charge";
  EXPECT_EQ(list(request), std::vector<Uuid>{open});
  request.kind.reset();
  EXPECT_EQ(list(request).size(), 2U);

  ListRequest window(tenant());
  window.created_from = at(1);
  window.created_to = at(2);
  EXPECT_EQ(list(window), (std::vector<Uuid>{open, done})) << "both bounds belong to it";
  window.created_from = at(1) + Duration(1);
  EXPECT_EQ(list(window), std::vector<Uuid>{open});

  ListRequest external(tenant());
  external.external_id = "order 7";
  EXPECT_EQ(list(external), std::vector<Uuid>{with_id.payment_id});
  external.status = "COMPLETED";
  EXPECT_TRUE(list(external).empty());
  external.status.reset();
  external.external_id = "order 8";
  EXPECT_TRUE(list(external).empty());
}

/// Where a list finds a charge changes with its status: every status has its own.
TEST_P(ReadingContract, AChargeIsInTheListOfItsStatusAndInNoOther) {
  const auto expect_listed = [this](Uuid id, std::string_view status) {
    for (const char* listed : {"PENDING", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"}) {
      ListRequest request(tenant());
      request.status = listed;
      const std::vector<Uuid> found = list(request);
      EXPECT_EQ(std::ranges::count(found, id), listed == status ? 1 : 0) << listed;
    }
    EXPECT_EQ(payment(id).saga.status, status);
  };
  const Uuid completed = add(1);
  expect_listed(completed, engine::kPending);
  engine::Step step = chosen(claim_one(), "default");
  expect_listed(completed, engine::kPending);
  ASSERT_EQ(save(step), engine::Saved::saved);
  expect_listed(completed, "PROCESSING");
  ++step.saga.version;
  ASSERT_EQ(save(settled(std::move(step.saga))), engine::Saved::saved);
  expect_listed(completed, engine::kCompleted);

  const Uuid cancelled = add(2);
  ASSERT_EQ(save(engine::cancel(payment(cancelled).saga, kStart).value()), engine::Saved::saved);
  expect_listed(cancelled, engine::kCancelled);

  const Uuid parked = add(3);
  step = chosen(claim_one(), "default");
  ASSERT_EQ(save(step), engine::Saved::saved);
  ++step.saga.version;
  step.saga.parked_reason = "AMOUNT_DIFFERS";
  step.transitions.clear();
  step.ended = true;
  ASSERT_EQ(save(std::move(step)), engine::Saved::saved);
  expect_listed(parked, "PROCESSING");
  expect_listed(completed, engine::kCompleted);
}

TEST_P(ReadingContract, PagesShowEverythingOnceWhileRowsAreAdded) {
  std::set<Uuid> expected;
  for (int i = 0; i < 15; ++i) expected.insert(add(i / 5));  // five of each instant
  std::set<Uuid> seen;
  ListRequest request(tenant());
  request.limit = 4;
  std::int64_t second = 100;
  while (true) {
    const auto page = run(database().run<payments::ListPayments>(request)).value();
    if (page.empty()) break;
    for (const Payment& one : page) {
      EXPECT_TRUE(seen.insert(one.saga.id).second) << "seen twice";
    }
    request.before = std::pair(page.back().saga.created_at, page.back().saga.id);
    static_cast<void>(add(++second));
  }
  EXPECT_EQ(seen, expected);
}

TEST_P(ReadingContract, TheSummaryCountsWhatCompletedByWhenItWasSent) {
  const auto ms = [](int count) { return kStart + milliseconds(count); };
  for (int i = 0; i < 3; ++i) accept_charge(1'000);
  complete_charges("default", ms(100));
  accept_charge(50);
  complete_charges("fallback", ms(200));
  accept_charge(7);  // pending
  const auto expect = [](const Summary& sums, std::int64_t requests, std::int64_t amount,
                         std::int64_t fallback) {
    ASSERT_EQ(sums.size(), 2U);
    EXPECT_EQ(sums.at("default").requests, requests);
    EXPECT_EQ(sums.at("default").amount_minor, amount);
    EXPECT_EQ(sums.at("fallback").requests, fallback);
  };
  expect(summary(), 3, 3'000, 1);
  expect(summary(ms(100), ms(200)), 3, 3'000, 1);
  expect(summary(ms(100), ms(100)), 3, 3'000, 0);
  expect(summary(ms(101), ms(199)), 0, 0, 0);
  expect(summary(ms(101)), 0, 0, 1);
  expect(summary({}, ms(199)), 3, 3'000, 0);
  expect(summary({}, {}, kOtherTenant), 0, 0, 0);
}

/// A summary is added up from totals where it can be: of whatever window, it says what each charge
/// on its own does.
TEST_P(ReadingContract, TheSummaryOfAnyWindowIsWhatTheChargesInItComeTo) {
  struct Made {
    std::string processor;
    Timestamp when;
    std::int64_t minor;
  };
  std::vector<Made> made;
  std::vector<Timestamp> edges;
  std::int64_t minor = 1;
  for (const Duration unit : {Duration(milliseconds(1)), Duration(seconds(1)), Duration(minutes(1)),
                              Duration(hours(1)), Duration(hours(24))}) {
    for (const Duration by : {-unit, Duration(0), unit - milliseconds(1)}) {
      const Timestamp when = kStart + hours(2) + by;
      edges.push_back(when);
      for (const char* processor : {"default", "fallback"}) {
        accept_charge(minor);
        complete_charges(processor, when);
        made.push_back({processor, when, minor++});
      }
      if (made.size() % 4 == 0) ASSERT_TRUE(run(database().run<engine::MergeTotals>({5})));
    }
  }
  for (const Timestamp& lower : edges) {
    for (const Timestamp& upper : edges) {
      for (const Duration by : {Duration(0), Duration(1)}) {
        const Timestamp from = lower + by;
        const Timestamp to = upper - by;
        if (to < from) continue;
        Summary expected{{"default", {}}, {"fallback", {}}};
        for (const Made& one : made) {
          if (one.when < from || to < one.when) continue;
          ++expected[one.processor].requests;
          expected[one.processor].amount_minor += one.minor;
        }
        for (auto& [processor, total] : summary(from, to)) {
          EXPECT_EQ(total.requests, expected.at(processor).requests) << to_rfc3339(from);
          EXPECT_EQ(total.amount_minor, expected.at(processor).amount_minor) << to_rfc3339(to);
        }
      }
    }
  }
}

TEST_P(ReadingContract, PurgingTakesChargesAwayAndTheLedgerBackToWhereItWas) {
  const Uuid kept = accept_conversion("key-0123456789");
  const Uuid purged = accept_charge();
  for (int i = 0; i < 4; ++i) accept_charge();
  complete_charges("default", kStart);
  payments::ChargeRequest others = charge(ids_.next());
  others.tenant = kOtherTenant;
  ASSERT_TRUE(run(database().run<payments::AcceptCharge>(others)));
  ASSERT_NE(backend().ledger_distance(), 0);

  const Uuid purge_id = ids_.next();
  EXPECT_EQ(run(database().run<payments::PurgeCharges>({tenant(), purge_id, kStart})).value(), 5);
  EXPECT_EQ(backend().ledger_distance(), 0);
  if (tenant().spread() == 1) {
    EXPECT_EQ(backend().postings(purge_id).size(), 2U) << "one for each pair of accounts";
  }
  EXPECT_EQ(backend().postings(purged).size(), 2U) << "entries never change";
  EXPECT_FALSE(run(database().run<payments::FindPayment>({tenant(), purged})).value());
  EXPECT_TRUE(run(database().run<payments::FindPayment>({tenant(), kept})).value());
  EXPECT_EQ(backend().counts().sagas, 2);
  ASSERT_TRUE(run(database().run<engine::MergeTotals>({100})));
  EXPECT_EQ(summary().at("default").requests, 0);
  EXPECT_EQ(run(database().run<payments::PurgeCharges>({tenant(), ids_.next(), kStart})).value(),
            0);
  EXPECT_EQ(backend().ledger_distance(), 0);
}

TEST_P(ReadingContract, AChargeMayBeMadeAgainAfterAPurgeAndItsOldOwnerIsFenced) {
  const Uuid id = ids_.next();
  std::optional<engine::Saga> stale;
  for (int life = 0; life < 3; ++life) {
    const auto again = charge(id, 1'990, seconds(life));
    EXPECT_FALSE(run(database().run<payments::AcceptCharge>(again)).value().answer.replayed);
    if (stale) EXPECT_EQ(save(chosen(*stale, "default")), engine::Saved::fenced);
    stale = claim_one();
    ASSERT_EQ(run(database().run<engine::ReleaseSaga>(*stale)).value(), engine::Saved::saved);
    complete_charges("default", at(life));
    EXPECT_EQ(payment(id).history.size(), 2U);
    EXPECT_EQ(summary().at("default").requests, 1);
    ASSERT_EQ(run(database().run<payments::PurgeCharges>({tenant(), ids_.next(), kStart})).value(),
              1);
    EXPECT_EQ(backend().ledger_distance(), 0) << "life " << life;
  }
}

/// Instances' clocks differ by seconds; which purge has undone which posting is no question of
/// time.
TEST_P(ReadingContract, AChargeMadeAgainIsPurgedOnceWhateverTheClocksSay) {
  const Uuid id = ids_.next();
  for (const int second : {5, 0, 5, 5, -3}) {
    const auto again = charge(id, 1'990, seconds(second));
    EXPECT_FALSE(run(database().run<payments::AcceptCharge>(again)).value().answer.replayed);
    complete_charges("default", at(second));
    EXPECT_NE(backend().ledger_distance(), 0);
    ASSERT_EQ(run(database().run<payments::PurgeCharges>({tenant(), ids_.next(), at(0)})).value(),
              1);
    EXPECT_EQ(backend().ledger_distance(), 0) << "accepted at second " << second;
  }
}

TEST_P(ReadingContract, ASummaryIsOfOneCurrency) {
  accept_charge(1'000);
  payments::ChargeRequest other = charge(ids_.next(), 70);
  other.amount.currency = Currency::JPY;
  ASSERT_TRUE(run(database().run<payments::AcceptCharge>(other)));
  complete_charges("default", at(0));
  for (const bool merged : {false, true}) {
    if (merged) ASSERT_TRUE(run(database().run<engine::MergeTotals>({100})));
    for (const auto& [currency, minor] :
         {std::pair(Currency::BRL, 1'000), std::pair(Currency::JPY, 70)}) {
      // Whole seconds, and a window of charges alone.
      for (const Duration around : {Duration(hours(1)), Duration(milliseconds(1))}) {
        const Summary sums = run(database().run<payments::SummariseCharges>({.tenant = tenant(),
                                                                             .currency = currency,
                                                                             .from = at(0) - around,
                                                                             .to = at(0) + around}))
                                 .value();
        EXPECT_EQ(sums.at("default").requests, 1);
        EXPECT_EQ(sums.at("default").amount_minor, minor);
      }
    }
  }
}

REMIT_HOLDS_WHEREVER_ROWS_ARE(ReadingContract);

}  // namespace
}  // namespace remit::contract
