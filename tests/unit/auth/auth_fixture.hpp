// Keys and tenants in a database of their own, and the operations on it.
//
// Main thread.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <string>
#include <utility>

#include "remit/auth/key_operations.hpp"
#include "remit/auth/key_service.hpp"
#include "remit/auth/tenant_operations.hpp"
#include "remit/storage/lanes.hpp"
#include "support/migrated_database.hpp"
#include "support/run_task.hpp"
#include "support/tenants.hpp"

namespace remit::auth::test {

class AuthTest : public testing::Test {
 protected:
  AuthTest() {
    session_.query(
        "INSERT INTO tenant (tenant_id, name, home, spread, created_at)"
        " VALUES (2, 'other', 4, 1, now()), (7, 'wide', 1022, 4, now())");
  }

  template <class T>
  T run(Task<T> task) {
    return remit::test::run(loop_, std::move(task));
  }
  template <class Operation>
  Result<typename Operation::Output> run(typename Operation::Input input) {
    return run(lanes_.run<Operation>(std::move(input)));
  }
  NewKey make(TenantId tenant, const std::string& name = "a key") {
    const net::Scopes scopes({net::Scope::payments_read});
    return run(service_.create({.tenant = tenant, .key = {}},
                               {.name = name, .scopes = scopes, .limit = {}, .expires_at = {}}))
        .value();
  }
  std::string sql(const std::string& query) { return session_.query(query); }

  std::string url_ = remit::test::migrated_database();
  remit::test::PostgresSession session_{url_};
  boost::asio::io_context loop_;
  storage::Lanes lanes_{loop_.get_executor(), {.name = "test", .url = url_, .lanes = 2}};
  SeededUuidSource ids_{1};
  KeyService service_{lanes_, ids_};
};

}  // namespace remit::auth::test
