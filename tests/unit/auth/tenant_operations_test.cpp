#include "remit/auth/tenant_operations.hpp"

#include "auth_fixture.hpp"

namespace remit::auth {
namespace {

class TenantOperationsTest : public test::AuthTest {
 protected:
  std::optional<TenantRow> insert(const std::string& name, std::int16_t spread = 1) {
    return run<InsertTenant>({.name = name, .spread = spread, .max_in_flight = {}}).value();
  }
};

TEST_F(TenantOperationsTest, TheFirstTenantIsThereFromTheStart) {
  const auto found = run<FindTenant>("default").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tenant, Tenant(TenantId(1)));
}

TEST_F(TenantOperationsTest, ANewTenantGetsTheNextNumberAndItsUsualHome) {
  const auto made = insert("acme", 16);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->tenant, Tenant(TenantId(8), Tenant(TenantId(8)).home(), 16));
  const auto found = run<FindTenant>("acme").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tenant, made->tenant);
  EXPECT_EQ(found->max_in_flight, std::nullopt);
  EXPECT_FALSE(run<FindTenant>("acm").value());
}

TEST_F(TenantOperationsTest, ANameIsTakenOnce) {
  ASSERT_TRUE(insert("acme"));
  EXPECT_FALSE(insert("acme"));
  EXPECT_FALSE(insert("default"));
}

TEST_F(TenantOperationsTest, ABoundIsChangedAndTakenAway) {
  EXPECT_TRUE(run<ListTenants>({.with_bound_only = true})->empty());
  EXPECT_EQ(run<BoundTenant>({"other", 5}).value()->max_in_flight, 5);
  const auto bound = run<ListTenants>({.with_bound_only = true}).value();
  ASSERT_EQ(bound.size(), 1U);
  EXPECT_EQ(bound[0].name, "other");
  EXPECT_EQ(run<BoundTenant>({"other", std::nullopt}).value()->max_in_flight, std::nullopt);
  EXPECT_FALSE(run<BoundTenant>({"no tenants", 5}).value());
  EXPECT_EQ(run<ListTenants>(ListTenants::Input{})->size(), 3U);
}

}  // namespace
}  // namespace remit::auth
