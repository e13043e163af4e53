// A world, an empty database and two instances' worth of configuration, for scenarios in which
// something fails; and the agreement that each of them ends with.
//
// Main thread. The scenario starts the instances itself.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/agreement.hpp"
#include "support/postgres.hpp"
#include "support/product.hpp"
#include "support/retrying_client.hpp"

namespace remit::test {

class FaultTest : public testing::Test {
 protected:
  /// Leases of a second: nobody waits long for what a dead instance held.
  static const std::vector<std::string>& quick_leases() {
    static const std::vector<std::string> settings = {"engine.lease=1s"};
    return settings;
  }

  /// The first field of the first row, asked behind the service's back.
  std::string sql(const std::string& query) { return PostgresSession(database).query(query); }

  /// Submissions made to providers, and payments that are final.
  std::size_t attempts() {
    return std::stoull(
        sql("SELECT (SELECT count(*) FROM saga, jsonb_array_elements(legs::jsonb) AS leg, "
            "jsonb_array_elements(leg -> 'attempts')) + (SELECT count(*) FROM saga WHERE "
            "processed_at IS NOT NULL)"));
  }
  void await_attempts(std::size_t count) {
    EXPECT_TRUE(eventually([&] { return attempts() >= count; })) << count << ", not " << attempts();
  }

  /// Everything accepted is final, and books, database and answers say the same.
  void expect_agreement(const std::vector<HttpApi>& instances, const std::vector<Promise>& promises,
                        const Allowances& allowed = {}) {
    if (!allowed.open) {
      EXPECT_TRUE(await_no_open_work(database)) << "work is left";
    }
    const Disagreements found = find_disagreements({world, database, instances, promises, allowed});
    EXPECT_TRUE(found.empty()) << in_lines(found);
  }

  std::string database = PostgresCluster::shared().url();
  SandboxProcess world;
  std::string config = remit_config(world, database);
};

}  // namespace remit::test
