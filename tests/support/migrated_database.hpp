// The URL of a fresh database with the program's schema, copied from one that was migrated once.
#pragma once

#include <stdexcept>
#include <string>

#include "remit/storage/migrations.hpp"
#include "support/postgres.hpp"

namespace remit::test {

inline std::string migrated_database() {
  static const std::string pattern = [] {
    const std::string url = PostgresCluster::shared().url();
    const auto report = storage::migrate(url);
    if (!report) throw std::runtime_error(report.error());
    return url;
  }();
  return PostgresCluster::shared().copy_of(pattern);
}

}  // namespace remit::test
