// A start that has to wait, and databases that it does not take.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "product_test.hpp"
#include "support/pooler.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::seconds kStopTimeout{30};
constexpr const char* kTakeTurn = "BEGIN; SELECT 1 FROM schema_migration_turn FOR UPDATE";

class StartTest : public ProductTest {
 protected:
  static bool has_said(RemitProcess& remit, const std::string& words) {
    return remit.process().standard_error().find(words) != std::string::npos;
  }
};

TEST_F(StartTest, WithNothingToMigrateItWaitsForNoTurn) {
  EXPECT_EQ(RemitProcess(config).terminate(), 0);
  PostgresSession other(database);
  other.query(kTakeTurn);
  RemitProcess remit(config);
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(StartTest, ASignalEndsTheWaitForAnotherInstancesMigration) {
  PostgresSession other(database);
  other.query("CREATE TABLE schema_migration_turn (one boolean PRIMARY KEY)");
  other.query("INSERT INTO schema_migration_turn VALUES (true)");
  other.query(kTakeTurn);
  const std::string holder = "pid " + other.query("SELECT pg_backend_pid()");
  for (const int signal : {SIGTERM, SIGINT}) {
    RemitProcess remit(RemitProcess::NotReady{}, config);
    EXPECT_TRUE(eventually([&] { return has_said(remit, "waiting for another instance"); }));
    EXPECT_TRUE(has_said(remit, holder));
    remit.process().signal(signal);
    EXPECT_EQ(remit.process().wait(kStopTimeout), 0);
  }
}

/// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { close(socket_); }

  [[nodiscard]] std::string url() const {
    return "postgresql://u@127.0.0.1:" + std::to_string(port_) + "/db?connect_timeout=3600";
  }
  /// Waits until somebody has connected.
  [[nodiscard]] int accept_client() const {
    return accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST_F(StartTest, ASignalEndsTheWaitForADatabaseThatDoesNotAnswer) {
  const SilentServer silent;
  RemitProcess remit(RemitProcess::NotReady{}, config, {"database.url=" + silent.url()});
  const int client = silent.accept_client();
  remit.process().signal(SIGTERM);
  EXPECT_EQ(remit.process().wait(kStopTimeout), 0);
  close(client);
}

TEST_F(StartTest, APoolerOfSessionsServesAsPostgresDoes) {
  const Pooler pooler(PostgresCluster::shared(), "session");
  RemitProcess remit(config, {"database.url=" + pooler.url_of(database)});
  await_payment(remit.api(), accept_charge(remit.api()), "COMPLETED");
  const std::string conversion = accept_conversion(remit.api()).at("payment_id");
  await_payment(remit.api(), conversion, "COMPLETED");
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(StartTest, APoolerOfTransactionsIsRefusedInOneLine) {
  const Pooler pooler(PostgresCluster::shared(), "transaction");
  RemitProcess remit(RemitProcess::NotReady{}, config, {"database.url=" + pooler.url_of(database)});
  EXPECT_EQ(remit.process().wait(kStopTimeout), 1);
  const std::string said = remit.process().standard_error();
  EXPECT_NE(said.find("pool_mode = session"), std::string::npos) << said;
  EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
}

TEST_F(StartTest, TextAfterAnUnescapedCharacterOfThePasswordIsNotPrinted) {
  for (const char* url :
       {"postgresql://u:pa@s3cret@127.0.0.1:1/db", "postgresql://u:pa/s3cret@127.0.0.1:1/db"}) {
    RemitProcess remit(RemitProcess::NotReady{}, config, {std::string("database.url=") + url});
    EXPECT_EQ(remit.process().wait(kStopTimeout), 2);
    EXPECT_TRUE(has_said(remit, "%40"));
    EXPECT_FALSE(has_said(remit, "s3cret"));
  }
}

}  // namespace
}  // namespace remit::test
