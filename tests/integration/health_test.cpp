// What a container is asked for its health, and how it is given the database's password.
#include <gmock/gmock.h>

#include <fstream>

#include "ended_program.hpp"
#include "product_test.hpp"

namespace remit::test {
namespace {

using testing::HasSubstr;

class HealthTest : public testing::Test {
 protected:
  /// `remitd health` with the configuration of who listens on this port.
  [[nodiscard]] Ended health(std::uint16_t port) const {
    return run_remitd("health", config_, {"server.listen=127.0.0.1:" + std::to_string(port)});
  }

  PostgresCluster cluster_;
  SandboxProcess world_;
  std::string database_ = cluster_.url();
  std::string config_ = remit_config(world_, database_);
};

TEST_F(HealthTest, IsThatOfReadyzAsAnExitStatus) {
  RemitProcess remit(config_);
  const Ended ready = health(remit.port());
  EXPECT_EQ(ready.status, 0) << ready.error;
  EXPECT_THAT(ready.output, HasSubstr("\"status\":\"ready\""));

  cluster_.stop_fast();
  const Ended not_ready = health(remit.port());
  EXPECT_EQ(not_ready.status, 1);
  EXPECT_THAT(not_ready.output, HasSubstr("\"status\":503"));

  cluster_.start();
  EXPECT_EQ(remit.terminate(), 0);
  const Ended away = health(remit.port());
  EXPECT_EQ(away.status, 1);
  EXPECT_THAT(away.error, HasSubstr("Connection refused"));
  EXPECT_EQ(away.output, "");
}

class PasswordFileTest : public HealthTest {
 protected:
  PasswordFileTest() {
    demand_the_password();
    // Not a reload, which nobody is told the end of.
    cluster_.stop_fast();
    cluster_.start();
  }
  [[nodiscard]] std::vector<std::string> as_payer(const MemoryFile& secret) const {
    return {"database.url=" + database_ + "&user=payer", "database.password_file=" + secret.path()};
  }

 private:
  void demand_the_password() {
    PostgresSession session(cluster_.url_of("postgres"));
    session.query("SET password_encryption = 'scram-sha-256'");
    session.query("CREATE ROLE payer SUPERUSER LOGIN PASSWORD 'it''s \\ a secret'");
    const std::string rules = session.query("SHOW hba_file");
    std::ofstream(rules) << "local all payer scram-sha-256\nlocal all all trust\n";
  }
};

TEST_F(PasswordFileTest, ServesWithThePasswordOfAFileAndNeverShowsIt) {
  const MemoryFile secret("it's \\ a secret\n");
  RemitProcess remit(config_, as_payer(secret));
  const std::string id = accept_charge(remit.api());
  await_payment(remit.api(), id, "COMPLETED");
  EXPECT_EQ(PostgresSession(database_).query("SELECT count(*) > 0 FROM pg_stat_activity WHERE "
                                             "usename = 'payer'"),
            "t");
  EXPECT_EQ(remit.terminate(), 0);
  EXPECT_EQ(remit.process().standard_error().find("a secret"), std::string::npos);
}

TEST_F(PasswordFileTest, AWrongPasswordIsRefusedAtTheStart) {
  const MemoryFile secret("guessed\n");
  RemitProcess remit(RemitProcess::NotReady{}, config_, as_payer(secret));
  EXPECT_EQ(remit.process().wait(kEndTimeout), 1);
  EXPECT_THAT(remit.process().standard_error(), HasSubstr("password authentication failed"));
  EXPECT_EQ(remit.process().standard_error().find("guessed"), std::string::npos);
}

}  // namespace
}  // namespace remit::test
