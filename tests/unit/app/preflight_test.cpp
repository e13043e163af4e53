#include "preflight.hpp"

#include <gtest/gtest.h>

#include "remit/config/load.hpp"

namespace remit::app {
namespace {

config::Config loaded(std::vector<std::string> environment,
                      std::vector<std::pair<std::string, std::string>> flags = {}) {
  const auto loaded = config::load({.file = {},
                                    .default_file = "there is none",
                                    .environment = std::move(environment),
                                    .flags = std::move(flags)});
  EXPECT_TRUE(loaded) << loaded.error();
  return loaded.value_or(config::Loaded()).config;
}

TEST(PreflightTest, TheCommandToMigrateLeadsToTheSameDatabase) {
  EXPECT_EQ(migrate_command(loaded({})), "remitd migrate");
  EXPECT_EQ(migrate_command(loaded({"REMIT_DATABASE__URL=host=a"})), "remitd migrate")
      << "the environment stays";
  config::Config given = loaded({}, {{"database.url", "host=a password=s3cret"}});
  EXPECT_EQ(migrate_command(given), "remitd migrate --database-url …");
  given.file = "remit.toml";
  EXPECT_EQ(migrate_command(given), "remitd migrate --config remit.toml --database-url …");
}

TEST(PreflightTest, TheDatabaseIsNamedByTheSettingThatWasUsed) {
  EXPECT_EQ(of_database(loaded({}), "no"), "no (database.url of the built-in default)");
  EXPECT_EQ(of_database(loaded({"REMIT_DATABASE__URL=host=a"}), "no"),
            "no (database.url of environment REMIT_DATABASE__URL)");
  const std::vector<std::string> both = {"REMIT_DATABASE__URL=host=a"};
  EXPECT_EQ(of_database(loaded(both, {{"database.url", "host=b"}}), "no"),
            "no (database.url of the command line)");
}

}  // namespace
}  // namespace remit::app
