#include <set>

#include "payment_store_fixture.hpp"

namespace remit::payments {
namespace {

class ReadingStoreTest : public PaymentStoreTest {
 protected:
  /// A charge accepted so many seconds after the start.
  Uuid add(std::int64_t second) {
    const Uuid id = ids_.next();
    if (!run(store_.accept_charge(charge(id, 100, std::chrono::seconds(second))))) {
      throw std::runtime_error("not accepted");
    }
    return id;
  }
  std::vector<Uuid> list(ListRequest request) {
    std::vector<Uuid> ids;
    for (const Payment& payment : run(store_.list(std::move(request))).value()) {
      ids.push_back(payment.saga.id);
    }
    return ids;
  }
  static Timestamp at(std::int64_t second) { return kStart + std::chrono::seconds(second); }
};

TEST_F(ReadingStoreTest, FindsOnlyTheTenantsOwn) {
  const Uuid id = add(0);
  const auto found = run(store_.find(kDefaultTenant, id)).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->saga.plan, &charge_plan());
  EXPECT_FALSE(found->conversion);
  EXPECT_FALSE(run(store_.find(2, id)).value());
  EXPECT_FALSE(run(store_.find(kDefaultTenant, ids_.next())).value());
}

TEST_F(ReadingStoreTest, ManyAreFoundAtOnceEachWithItsHistory) {
  std::vector<Uuid> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add(i));
  complete_charges("default", at(10));
  ids.push_back(add(6));
  std::vector<Task<Result<std::optional<Payment>>>> tasks;
  for (const Uuid& id : ids) tasks.push_back(store_.find(kDefaultTenant, id));
  tasks.push_back(store_.find(kDefaultTenant, ids[0]));
  const auto found = run_together(std::move(tasks));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Payment& payment = found[i].value().value();
    EXPECT_EQ(payment.saga.id, ids[i]);
    ASSERT_EQ(payment.history.size(), i < 5 ? 2U : 0U);
    if (i == 5) continue;
    EXPECT_EQ(payment.history[0].from, "PENDING");
    EXPECT_EQ(payment.history[0].to, "PROCESSING");
    EXPECT_EQ(payment.history[1].from, "PROCESSING");
    EXPECT_EQ(payment.history[1].to, "COMPLETED");
    EXPECT_EQ(payment.history[1].at, at(10));
    EXPECT_EQ(payment.saga.processed_at, at(10));
  }
  EXPECT_EQ(found.back().value()->saga.id, ids[0]) << "the same, asked for twice in a batch";
}

TEST_F(ReadingStoreTest, ListsTheNewestFirst) {
  const Uuid old = add(1);
  const Uuid newest = add(3);
  const Uuid middle = add(2);
  EXPECT_EQ(list({}), (std::vector<Uuid>{newest, middle, old}));
  ListRequest one;
  one.limit = 1;
  EXPECT_EQ(list(one), std::vector<Uuid>{newest});
  ListRequest others;
  others.tenant = 2;
  EXPECT_TRUE(list(others).empty());
}

TEST_F(ReadingStoreTest, FiltersNarrowAndCombine) {
  const Uuid done = add(1);
  complete_charges("default", at(1));
  const Uuid open = add(2);
  NewConversion with_id = conversion(std::nullopt, "key-of-request-1");
  with_id.request.external_id = "order 7";
  ASSERT_TRUE(run(store_.accept_conversion(with_id)));

  ListRequest request;
  request.kind = "charge";
  EXPECT_EQ(list(request), (std::vector<Uuid>{open, done}));
  request.status = "COMPLETED";
  EXPECT_EQ(list(request), std::vector<Uuid>{done});
  request.kind = "conversion";
  EXPECT_TRUE(list(request).empty());

  ListRequest window;
  window.created_from = at(1);
  window.created_to = at(2);
  EXPECT_EQ(list(window), (std::vector<Uuid>{open, done})) << "both bounds belong to it";
  window.created_from = at(1) + Duration(1);
  EXPECT_EQ(list(window), std::vector<Uuid>{open});

  ListRequest external;
  external.external_id = "order 7";
  EXPECT_EQ(list(external), std::vector<Uuid>{with_id.payment_id});
  external.status = "COMPLETED";
  EXPECT_TRUE(list(external).empty());
  external.status.reset();
  external.external_id = "order 8";
  EXPECT_TRUE(list(external).empty());
}

TEST_F(ReadingStoreTest, PagesShowEverythingOnceWhileRowsAreAdded) {
  std::set<Uuid> expected;
  for (int i = 0; i < 25; ++i) expected.insert(add(i / 5));  // five of each instant
  std::set<Uuid> seen;
  ListRequest request;
  request.limit = 4;
  std::int64_t second = 100;
  while (true) {
    const auto page = run(store_.list(request)).value();
    if (page.empty()) break;
    for (const Payment& payment : page) {
      EXPECT_TRUE(seen.insert(payment.saga.id).second) << "seen twice";
    }
    request.before = std::pair(page.back().saga.created_at, page.back().saga.id);
    static_cast<void>(add(++second));
  }
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace remit::payments
