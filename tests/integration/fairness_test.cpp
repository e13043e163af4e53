#include <gtest/gtest.h>

#include <iostream>
#include <string>
#include <string_view>

#include "product_test.hpp"

namespace remit::test {
namespace {

constexpr bool kIsSanitized = !std::string_view(REMIT_SANITIZE).empty();
constexpr int kQueued = kIsSanitized ? 20'000 : 100'000;
/// Certain on any machine; what it takes is printed.
constexpr double kMostMilliseconds = 3'000;

/// Where the other tenant's queue is.
struct Place {
  const char* name;
  const char* bucket;  ///< of number i
};

class FairnessTest : public ProductTest, public testing::WithParamInterface<Place> {
 protected:
  /// Charges of another tenant, due at once.
  void queue_of_another() {
    PostgresSession session(database);
    session.query(
        "CREATE TEMP TABLE twin AS SELECT (" + std::string(GetParam().bucket) +
        ")::smallint AS bucket, 2 AS tenant_id, gen_random_uuid() AS saga_id, now() AS due_at "
        "FROM generate_series(1, " +
        std::to_string(kQueued) + ") AS i");
    session.query(
        "BEGIN; INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, amount, currency, "
        "due_at, is_traced, shelf, created_at, updated_at) SELECT bucket, tenant_id, saga_id, "
        "'charge', 'PENDING', 1990, 'BRL', due_at, false, '', due_at, due_at FROM twin; "
        "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) "
        "SELECT bucket, 'charge', false, due_at, tenant_id, saga_id FROM twin; COMMIT");
  }
  [[nodiscard]] std::string begun_of_another() {
    return sql("SELECT count(*) FROM saga WHERE tenant_id = 2 AND status <> 'PENDING'");
  }
  [[nodiscard]] std::string left_of_another() {
    return sql("SELECT count(*) FROM saga WHERE tenant_id = 2 AND status = 'PENDING'");
  }
};

TEST_P(FairnessTest, APaymentDoesNotWaitForTheQueueOfAnotherTenant) {
  RemitProcess remit(config);
  queue_of_another();
  ASSERT_TRUE(eventually([this] { return begun_of_another() != "0"; }));
  const std::string charge = accept_charge(remit.api());
  const std::string conversion = accept_conversion(remit.api()).at("payment_id");
  const auto begun = [&](const std::string& id) {
    return sql("SELECT count(*) FROM saga WHERE saga_id = '" + id + "' AND status <> 'PENDING'") ==
           "1";
  };
  ASSERT_TRUE(eventually([&] { return begun(conversion); }));
  ASSERT_NE(left_of_another(), "0") << "nothing was to be waited for";
  await_payment(remit.api(), charge, "COMPLETED");
  ASSERT_NE(left_of_another(), "0");
  const auto milliseconds = [this](const std::string& from, const std::string& id) {
    return sql("SELECT round(1000 * extract(epoch FROM " + from +
               " - created_at), 1) FROM saga WHERE saga_id = '" + id + "'");
  };
  const std::string charged = milliseconds("updated_at", charge);
  const std::string converted = milliseconds(
      "(SELECT min(at) FROM saga_transition t WHERE t.saga_id = saga.saga_id)", conversion);
  std::cout << "with " << kQueued << " of another queued: charge completed after " << charged
            << " ms, conversion begun after " << converted << " ms\n";
  EXPECT_LT(std::stod(charged), kMostMilliseconds);
  EXPECT_LT(std::stod(converted), kMostMilliseconds);
  EXPECT_EQ(remit.terminate(), 0);
}

INSTANTIATE_TEST_SUITE_P(Queue, FairnessTest,
                         testing::Values(Place{"InTheSameBucket", "635"},
                                         Place{"InAnotherBucket", "246"},
                                         Place{"OverManyBuckets", "604 + i % 64"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace remit::test
