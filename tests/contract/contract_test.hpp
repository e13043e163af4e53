// A fresh backend for each test, and short words for what is done to it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "contract/backend.hpp"
#include "remit/engine/claim_operations.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/engine/total_operations.hpp"
#include "remit/payments/charge_operations.hpp"
#include "remit/payments/conversion_operations.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/payments/payment_operations.hpp"
#include "remit/quotes/quote_operations.hpp"
#include "support/tenants.hpp"

namespace remit::contract {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// By the clocks of those who accept: well before what the databases say, since nothing is created
/// after it is stored.
inline constexpr Timestamp kStart{std::chrono::sys_days{std::chrono::year{2025} / 11 / 20}};

/// The result of what was begun; empty until it has ended.
template <class T>
using Begun = std::shared_ptr<std::optional<Result<T>>>;

template <class T>
Task<void> keep(Task<Result<T>> task, Begun<T> into) {
  Result<T> result = co_await std::move(task);
  into->emplace(std::move(result));
}

/// A kind of database, and a tenant whose rows are in one of its buckets or in several.
struct Setting {
  MakeBackend make_backend;
  Tenant tenant;
};

class ContractTest : public testing::TestWithParam<Setting> {
 protected:
  explicit ContractTest(Server server = Server::stays_up);

  [[nodiscard]] Backend& backend() { return *backend_; }
  [[nodiscard]] storage::Database& database(int index = 0) { return backend_->instance(index); }

  template <class T>
  Begun<T> begin(Task<Result<T>> task, int index = 0) {
    auto begun = std::make_shared<std::optional<Result<T>>>();
    backend_->spawn(index, keep(std::move(task), begun));
    return begun;
  }
  template <class T>
  Result<T> end(const Begun<T>& begun) {
    backend_->run_until([&begun] { return begun->has_value(); });
    return **begun;
  }
  template <class T>
  Result<T> run(Task<Result<T>> task, int index = 0) {
    return end(begin(std::move(task), index));
  }
  /// Until a lock is waited for.
  void until_somebody_waits();

  [[nodiscard]] static Tenant tenant() { return GetParam().tenant; }

  [[nodiscard]] static payments::ChargeRequest charge(Uuid id, std::int64_t minor = 1'990,
                                                      Duration after = {});
  /// Names no quote when there is no id, and brings one of its own.
  [[nodiscard]] payments::NewConversion conversion(std::optional<Uuid> quote_id, std::string key,
                                                   char print = 'a');
  /// 1000.00 USD to EUR, open until an hour after kStart.
  [[nodiscard]] quotes::Quote quote();
  /// Stores an open quote and answers its id.
  Uuid open_quote();

  Uuid accept_charge(std::int64_t minor = 1'990, Duration after = {});
  /// Answers the payment's id.
  Uuid accept_conversion(const std::string& key);

  engine::WorkSeen look(const engine::SagaPlan& plan = payments::charge_plan(),
                        bool has_provider = false, int index = 0);
  /// All that a look finds.
  std::vector<engine::TenantWork> work(const engine::SagaPlan& plan = payments::charge_plan(),
                                       bool has_provider = false, int index = 0);
  Result<engine::Claimed> try_claim(const engine::SagaPlan& plan, bool has_provider = false,
                                    std::int64_t limit = 1'000, int index = 0,
                                    Duration lease = seconds(30));
  std::vector<engine::Saga> claim(const engine::SagaPlan& plan = payments::charge_plan(),
                                  bool has_provider = false, std::int64_t limit = 1'000,
                                  int index = 0);
  engine::Saga claim_one(const engine::SagaPlan& plan = payments::charge_plan(),
                         bool has_provider = false);
  engine::Saved save(engine::Step step, int index = 0, Duration lease = seconds(30));

  /// Steps of a saga that was claimed.
  [[nodiscard]] static engine::Step chosen(engine::Saga saga, std::string provider,
                                           Timestamp when = kStart);
  [[nodiscard]] static engine::Step pending(engine::Saga saga, Duration poll_interval);
  [[nodiscard]] static engine::Step settled(engine::Saga saga, Timestamp when = kStart);
  /// Carries every due charge to its end.
  void complete_charges(const std::string& processor, Timestamp when);

  payments::Payment payment(Uuid id, int index = 0);

  SeededUuidSource ids_{11};
  Uuid owner_ = ids_.next();

 private:
  std::unique_ptr<Backend> backend_;
};

}  // namespace remit::contract

#define REMIT_HOLDS_FOR(database, make_backend, tenant, fixture)                         \
  INSTANTIATE_TEST_SUITE_P(                                                              \
      database, fixture,                                                                 \
      testing::Values(remit::contract::Setting(&remit::contract::make_backend, tenant)), \
      [](const auto&) { return "Database"; })

/// Every test of the fixture, against both.
#define REMIT_HOLDS_FOR_BOTH(fixture)                                          \
  REMIT_HOLDS_FOR(Simulated, make_simulated_backend, remit::kTenant, fixture); \
  REMIT_HOLDS_FOR(PostgreSql, make_postgres_backend, remit::kTenant, fixture)

/// And for a tenant whose rows are spread over buckets as for one whose rows are in one.
#define REMIT_HOLDS_WHEREVER_ROWS_ARE(fixture)                                             \
  REMIT_HOLDS_FOR_BOTH(fixture);                                                           \
  REMIT_HOLDS_FOR(SimulatedSpread, make_simulated_backend, remit::kSpreadTenant, fixture); \
  REMIT_HOLDS_FOR(PostgreSqlSpread, make_postgres_backend, remit::kSpreadTenant, fixture)
