// Endpoints, events and deliveries in a database of their own. Main thread.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>
#include <vector>

#include "remit/base/base64.hpp"
#include "remit/outbox/event_operations.hpp"
#include "remit/storage/lanes.hpp"
#include "remit/webhooks/courier_operations.hpp"
#include "remit/webhooks/delivery_operations.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/fan_out_operations.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::webhooks::test {

class DeliveryTest : public testing::Test {
 protected:
  template <class Operation>
  Result<typename Operation::Output> run(typename Operation::Input input) {
    return remit::test::run(loop_, lanes_.run<Operation>(std::move(input)));
  }
  std::string sql(const std::string& query) { return session_.query(query); }

  Uuid make_endpoint(std::vector<std::string> events = {"payment.*"}, Tenant tenant = kTenant) {
    EndpointWish wish;
    wish.url = url_of_receiver_;
    wish.events = std::move(events);
    return remit::test::run(loop_, service_.create(tenant, std::move(wish), KeyKind::shared))
        .value()
        .endpoint.id;
  }
  void enable(const Uuid& endpoint, bool enabled) {
    EndpointWish wish;
    wish.enabled = enabled;
    ASSERT_TRUE(remit::test::run(loop_, service_.change(kTenant, endpoint, std::move(wish))));
  }

  /// Facts without numbers, in the tenant's home.
  void write(const std::string& type, int count = 1, Tenant tenant = kTenant) {
    for (int i = 0; i < count; ++i) {
      const std::string line = outbox::line_of({.type = type,
                                                .resource = "/payments/1",
                                                .at = Timestamp{},
                                                .user = {},
                                                .data = R"({"a":1})",
                                                .changes = "{}"});
      const std::string place = std::to_string(tenant.home().value()) + ", " +
                                std::to_string(tenant.id().value()) + ", id, now(), ";
      sql("WITH batch AS (SELECT nextval('event_batch_id') AS id), body AS (INSERT INTO event_body"
          " (bucket, tenant_id, batch_id, at, lines) SELECT " +
          place + "'" + line +
          "' FROM batch) INSERT INTO event_unnumbered (bucket, tenant_id, batch_id, at, size)"
          " SELECT " +
          place + "1 FROM batch");
    }
  }
  void number() {
    ASSERT_TRUE(run<outbox::NumberFacts>(
        {.owner = sequencer_, .lease = std::chrono::hours(1), .limit = 10'000}));
  }
  void happen(const std::string& type, int count = 1, Tenant tenant = kTenant) {
    write(type, count, tenant);
    number();
  }

  FanOutEvents::Input turn(const Uuid& owner) const {
    return {.owner = owner,
            .lease = std::chrono::hours(1),
            .after = {},
            .tenants = 100,
            .events = 1'000,
            .deliveries = 10'000};
  }
  FanOutEvents::Output fan_out() { return run<FanOutEvents>(turn(owner_)).value(); }

  ClaimDeliveries::Output claim(const Uuid& endpoint, std::int64_t most = 100,
                                Duration lease = std::chrono::hours(1), Tenant tenant = kTenant) {
    return run<ClaimDeliveries>(
               {.endpoint = {.tenant = tenant, .id = endpoint}, .most = most, .lease = lease})
        .value();
  }
  static std::vector<std::int64_t> sequences(const ClaimDeliveries::Output& claimed) {
    std::vector<std::int64_t> all;
    for (const ClaimedDelivery& one : claimed.deliveries) all.push_back(one.sequence);
    return all;
  }
  static SaveAttempt::Input attempt(const Uuid& endpoint, const ClaimedDelivery& claimed,
                                    DeliveryState state) {
    return {.which = {.tenant = kTenant, .endpoint = endpoint, .sequence = claimed.sequence},
            .version = claimed.version,
            .state = state,
            .error = {},
            .answer = {},
            .gone_url = {}};
  }
  /// "1 delivered 1", …: number, state, attempts
  std::string deliveries(const std::string& order = "sequence") {
    return sql("SELECT string_agg(sequence || ' ' || state || ' ' || attempts, ', ' ORDER BY " +
               order + ") FROM webhook_delivery");
  }

  std::string url_of_receiver_ = "https://shop.example/hooks";
  std::string url_ = remit::test::migrated_database();
  remit::test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 3}};
  SeededUuidSource ids_{1};
  Uuid sequencer_ = ids_.next();
  Uuid owner_ = ids_.next();
  EndpointService service_{
      lanes_, ids_, KeyRing::parse(base64_encode(std::string(32, 'a'))).value(), {}};
};

}  // namespace remit::webhooks::test
