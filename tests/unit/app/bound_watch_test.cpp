#include "bound_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "remit/auth/tenant_operations.hpp"
#include "support/fake_database.hpp"
#include "support/manual_alarms.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::app {
namespace {

using namespace std::chrono_literals;

class BoundWatchTest : public testing::Test {
 protected:
  BoundWatchTest() {
    database_.on<auth::ListTenants>(
        [this](const auto& asked) -> Result<std::vector<auth::TenantRow>> {
          EXPECT_TRUE(asked.with_bound_only);
          ++looks_;
          if (is_down_) return fail(again_later(kUnavailable, "down"));
          return rows_;
        });
    watch_.job().start();
    look();
  }
  ~BoundWatchTest() override {
    watch_.job().stop();
    static_cast<void>(test::run(loop_, watch_.job().ended(1s)));
  }

  void look() {
    const int looks = looks_ + 1;
    alarms_.advance(5s);
    test::run_until(loop_, [&] { return looks_ >= looks && alarms_.waiting() == 1; });
  }
  void bound(const Tenant& tenant, std::optional<std::int32_t> bound) {
    rows_ = {{.tenant = tenant, .name = "a", .max_in_flight = bound, .created_at = {}}};
  }

  boost::asio::io_context loop_;
  test::ManualClock clock_{Timestamp(std::chrono::days(20'000))};
  test::ManualAlarms alarms_{loop_.get_executor(), clock_};
  test::FakeDatabase database_{loop_.get_executor()};
  std::vector<auth::TenantRow> rows_;
  int looks_ = 0;
  bool is_down_ = false;
  BoundWatch watch_{{loop_.get_executor(), alarms_, clock_}, database_, 2};
};

TEST_F(BoundWatchTest, ATenantHasNoBoundUnlessTheDatabaseSaysSo) {
  EXPECT_EQ(watch_.bound_of(kTenant), std::nullopt);
  bound(kTenant, 10);
  look();
  EXPECT_EQ(watch_.bound_of(kTenant), 5) << "an even part for each of two instances";
  EXPECT_EQ(watch_.bound_of(kOtherTenant), std::nullopt);
  rows_.clear();
  look();
  EXPECT_EQ(watch_.bound_of(kTenant), std::nullopt);
}

TEST_F(BoundWatchTest, ABoundIsOneAtLeast) {
  bound(kTenant, 1);
  look();
  EXPECT_EQ(watch_.bound_of(kTenant), 1);
}

TEST_F(BoundWatchTest, BoundsHoldWhileTheDatabaseDoesNotAnswer) {
  bound(kTenant, 8);
  look();
  is_down_ = true;
  look();
  EXPECT_EQ(watch_.bound_of(kTenant), 4);
}

}  // namespace
}  // namespace remit::app
