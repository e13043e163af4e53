// Facts and events in a database of their own. Main thread.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "remit/outbox/event_operations.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::outbox::test {

inline const Tenant kFirst{kFirstTenant};

class OutboxTest : public testing::Test {
 protected:
  template <class Operation>
  Result<typename Operation::Output> run(typename Operation::Input input) {
    return remit::test::run(loop_, lanes_.run<Operation>(std::move(input)));
  }

  /// In a transaction that `session` has open, or in one of its own.
  static void write(remit::test::PostgresSession& session, const std::string& type,
                    TenantId tenant = kFirstTenant, int bucket = 635) {
    const std::string line = line_of({.type = type,
                                      .resource = "/payments/1",
                                      .at = Timestamp{},
                                      .user = {},
                                      .data = "{}",
                                      .changes = "{}"});
    session.query(
        "WITH batch AS (SELECT nextval('event_batch_id') AS id), body AS ("
        "INSERT INTO event_body (bucket, tenant_id, batch_id, at, lines) SELECT " +
        std::to_string(bucket) + ", " + std::to_string(tenant.value()) + ", id, now(), '" + line +
        "' FROM batch) "
        "INSERT INTO event_unnumbered (bucket, tenant_id, batch_id, at, size) SELECT " +
        std::to_string(bucket) + ", " + std::to_string(tenant.value()) +
        ", id, now(), 1 FROM batch");
  }

  NumberFacts::Output number(const Uuid& owner, Duration lease = std::chrono::hours(1),
                             std::int64_t limit = 1'000) {
    return run<NumberFacts>({.owner = owner, .lease = lease, .limit = limit}).value();
  }
  NumberFacts::Output number() { return number(owner_); }

  /// "1 payment.accepted", …
  std::vector<std::string> read(Tenant tenant = kFirst, std::int64_t after = 0,
                                std::int64_t limit = 1'000) {
    std::vector<std::string> found;
    const auto events = run<ReadEvents>({.tenant = tenant, .after = after, .limit = limit}).value();
    for (const Event& event : events) {
      found.push_back(std::to_string(event.sequence) + " " + event.type);
    }
    return found;
  }

  std::string url_ = remit::test::migrated_database();
  remit::test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 2}};
  SeededUuidSource ids_{1};
  Uuid owner_ = ids_.next();
};

}  // namespace remit::outbox::test
