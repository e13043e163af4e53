// A world, an empty database and the configuration that joins them, for each scenario; and the
// questions of the ledger.
//
// Main thread. The scenario starts the service itself, with the settings it needs.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/postgres.hpp"
#include "support/product.hpp"

namespace remit::test {

class ProductTest : public testing::Test {
 protected:
  /// The first field of the first row, asked behind the service's back.
  std::string sql(const std::string& query) { return PostgresSession(database).query(query); }

  /// Every account and currency with its balance, "account currency amount", when it is not zero.
  std::string open_balances(const std::string& where = "true") {
    return sql(
        "SELECT coalesce(string_agg(account || ' ' || currency || ' ' || net, ', '), '') FROM ("
        "  SELECT account, currency, sum(amount) AS net FROM ("
        "    SELECT debit_account AS account, currency, amount FROM ledger_posting UNION ALL"
        "    SELECT credit_account, currency, -amount FROM ledger_posting) AS lines"
        "  WHERE " +
        where + " GROUP BY account, currency HAVING sum(amount) <> 0 ORDER BY 1, 2) AS balances");
  }

  std::string database = PostgresCluster::shared().url();
  SandboxProcess world;
  std::string config = remit_config(world, database);
};

}  // namespace remit::test
