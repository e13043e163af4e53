#include "remit/payments/charge_operation.hpp"

#include <gtest/gtest.h>

#include <set>

namespace remit::payments {
namespace {

Uuid id(const std::string& text) { return *Uuid::parse(text); }

const Uuid kId = id("4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3");
const Uuid kIdOfVersion8 = id("4a7901b8-7d26-8d9d-aa19-4dc1c7cf60b3");

TEST(ChargeOperation, IsTheCorrelationIdForTheFirstTenant) {
  EXPECT_EQ(charge_operation(kFirstTenant, kId), kId);
}

// Charges that were under way before an upgrade are known to processors by these.
TEST(ChargeOperation, NeverChangesForAnyOtherTenant) {
  EXPECT_EQ(charge_operation(TenantId(2), kId).to_string(), "3369d2c7-6f5c-866c-8276-59cc50e2cb0d");
  EXPECT_EQ(charge_operation(kFirstTenant, kIdOfVersion8).to_string(),
            "f571927b-d828-88f9-b729-12ab5197c4de");
}

// A client of the first tenant that knows how ids are made cannot choose another tenant's.
TEST(ChargeOperation, IsNeverThatOfAnotherTenant) {
  const Uuid target = charge_operation(TenantId(2), kId);
  EXPECT_NE(charge_operation(kFirstTenant, target), target);
  SeededUuidSource ids(1);
  std::set<Uuid> operations;
  for (int i = 0; i < 200; ++i) {
    const Uuid chosen = ids.next();
    for (int tenant = 1; tenant <= 5; ++tenant) {
      const Uuid operation = charge_operation(TenantId(tenant), chosen);
      EXPECT_TRUE(operations.insert(operation).second);
      EXPECT_TRUE(operations.insert(charge_operation(TenantId(tenant), operation)).second ||
                  tenant == 1);
    }
  }
}

}  // namespace
}  // namespace remit::payments
