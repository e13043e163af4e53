// `remitd check` beside `remitd serve`: what one refuses, the other does, in the same words.
#include <gtest/gtest.h>

#include "ended_program.hpp"
#include "product_test.hpp"

namespace remit::test {
namespace {

/// The line that says why, without those of the log.
std::string refusal(const Ended& ended) {
  const std::size_t begin = ended.error.find("remitd: ");
  if (begin == std::string::npos) return "none in: " + ended.error;
  return ended.error.substr(begin, ended.error.find('\n', begin) - begin);
}

class CheckTest : public ProductTest {
 protected:
  void migrate() { ASSERT_EQ(run_remitd("migrate", config).status, 0); }

  /// Refused by both, with this status and in the same words, which are returned.
  std::string refused_by_both(int status, const std::vector<std::string>& settings) {
    const Ended check = run_remitd("check", config, settings);
    const Ended serve = run_remitd("serve", config, settings);
    EXPECT_EQ(check.status, status) << check.output << check.error;
    EXPECT_EQ(serve.status, status) << serve.error;
    EXPECT_EQ(refusal(check), refusal(serve));
    return refusal(check);
  }
};

TEST_F(CheckTest, RefusesWhatServeRefusesWithTheSameStatusAndWords) {
  const Ended open = run_remitd("check", config, {"server.listen=0.0.0.0:0"});
  EXPECT_EQ(open.status, 2);
  EXPECT_EQ(open.error, run_remitd("serve", config, {"server.listen=0.0.0.0:0"}).error);
  EXPECT_NE(open.error.find("auth.allow_open"), std::string::npos) << open.error;
  const std::string no_port = "database.url=postgresql://payer:s3cret@localhost:port/remit";
  const std::string no_url = refused_by_both(2, {no_port});
  EXPECT_NE(no_url.find("impossible host, port"), std::string::npos) << no_url;
  EXPECT_EQ(no_url.find("s3cret"), std::string::npos) << no_url;

  const std::string nowhere = PostgresCluster::shared().url_of("not_there");
  EXPECT_NE(refused_by_both(1, {"database.url=" + nowhere}).find("cannot be reached"),
            std::string::npos);
}

TEST_F(CheckTest, AReadOnlyDatabaseIsCalledSo) {
  migrate();
  const std::string option = "&options=-c%20default_transaction_read_only%3Don";
  const std::string read_only = "database.url=" + database + option;
  const std::string unmigrated = "database.url=" + PostgresCluster::shared().url() + option;
  for (const std::string& setting :
       {read_only, unmigrated, read_only + "&target_session_attrs=primary"}) {
    EXPECT_NE(refused_by_both(1, {setting}).find("the database is read-only"), std::string::npos)
        << setting;
  }
  const Ended migrated = run_remitd("migrate", config, {unmigrated});
  EXPECT_EQ(migrated.status, 1);
  EXPECT_NE(refusal(migrated).find("the database is read-only"), std::string::npos)
      << migrated.error;
}

TEST_F(CheckTest, AMissingMigrationIsNamedWithTheCommandThatAppliesIt) {
  const std::string told = refused_by_both(1, {"database.migrate=false"});
  EXPECT_NE(told.find("0001_"), std::string::npos) << told;
  EXPECT_NE(told.find("remitd migrate --config "), std::string::npos) << told;

  const Ended applied_by_serve = run_remitd("check", config);
  EXPECT_EQ(applied_by_serve.status, 0) << applied_by_serve.error;
  EXPECT_NE(applied_by_serve.output.find("remitd migrate --config "), std::string::npos)
      << applied_by_serve.output;

  migrate();
  const Ended current = run_remitd("check", config, {"database.migrate=false"});
  EXPECT_EQ(current.status, 0) << current.error;
  EXPECT_NE(current.output.find("# its schema is current"), std::string::npos) << current.output;
}

/// The command has to lead to the database that was looked at, without showing its password.
TEST_F(CheckTest, TheDatabaseIsNamedAsItWasGiven) {
  const std::string flag = "database.url=" + database + "&password=s3cret";
  const std::string told = refused_by_both(1, {"database.migrate=false", flag});
  EXPECT_NE(told.find(" --database-url …"), std::string::npos) << told;
  EXPECT_EQ(told.find("s3cret"), std::string::npos) << told;
  EXPECT_EQ(refused_by_both(1, {"database.migrate=false"}).find("--database-url"),
            std::string::npos);

  for (const std::string url : {"host=/nowhere", "no_such_word=1"}) {
    const Ended by_flag = run_remitd("migrate", config, {"database.url=" + url});
    EXPECT_NE(refusal(by_flag).find("(database.url of the command line)"), std::string::npos)
        << by_flag.error;
  }
  const Ended by_file = run_remitd("migrate", remit_config(world, "host=/nowhere"));
  EXPECT_NE(refusal(by_file).find("(database.url of /"), std::string::npos) << by_file.error;
  EXPECT_EQ(run_remitd("migrate", config, {"database.url=no_such_word=1"}).status, 2);
}

TEST_F(CheckTest, AMigrationThatThisUserMayNotApplyIsRefused) {
  sql("CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  std::string url = database;
  url.replace(url.find("user=remit"), 10, "user=reader");
  const std::string told = refused_by_both(1, {"database.url=" + url});
  EXPECT_NE(told.find("may not create tables"), std::string::npos) << told;
}

TEST(Check, ADatabaseThatMayLoseWhatItConfirmedIsSaid) {
  PostgresCluster postgres({"fsync=off", "full_page_writes=off"});
  const SandboxProcess world;
  const std::string config = remit_config(world, postgres.url());
  const Ended check = run_remitd("check", config);
  EXPECT_EQ(check.status, 1);
  EXPECT_NE(refusal(check).find("NOT DURABLE"), std::string::npos) << check.error;
  EXPECT_NE(refusal(check).find("fsync, full_page_writes"), std::string::npos) << check.error;

  const std::string durable = remit_config(world, PostgresCluster::shared().url());
  const Ended good = run_remitd("check", durable);
  EXPECT_EQ(good.status, 0) << good.error;
  EXPECT_NE(good.output.find("# it is durable"), std::string::npos) << good.output;
}

}  // namespace
}  // namespace remit::test
