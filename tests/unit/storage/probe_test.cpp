// What a start finds out about its database, and refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remit/storage/examination.hpp"
#include "support/database_proxy.hpp"
#include "support/pooler.hpp"
#include "support/postgres.hpp"

namespace remit::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string complaint_about(const std::string& url) {
  const auto fit = probe(url);
  return fit ? "" : fit.error();
}

class ProbeTest : public testing::Test {
 protected:
  test::PostgresCluster& cluster_ = test::PostgresCluster::shared();
  std::string database_with(const std::string& encoding) {
    const std::string name = "in_" + encoding;
    test::PostgresSession(cluster_.url_of("postgres"))
        .query("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING '" + encoding + "'");
    return cluster_.url_of(name);
  }
};

TEST_F(ProbeTest, ADatabaseAsItShouldBeIsFit) { EXPECT_EQ(complaint_about(cluster_.url()), ""); }

TEST_F(ProbeTest, ADatabaseThatCannotHoldEveryNameIsRefused) {
  for (const char* encoding : {"latin1", "sql_ascii"}) {
    const std::string complaint = complaint_about(database_with(encoding));
    EXPECT_THAT(complaint, HasSubstr("UTF8")) << encoding;
    EXPECT_THAT(complaint, HasSubstr(std::string("in_") + encoding));
    EXPECT_THAT(complaint, Not(HasSubstr("\n")));
  }
}

TEST_F(ProbeTest, APoolerOfSessionsIsFit) {
  const test::Pooler pooler(cluster_, "session");
  EXPECT_EQ(complaint_about(pooler.url_of(cluster_.url())), "");
}

/// Whichever server process it gives to a transaction: the last that became free, each in turn, or
/// the only one.
TEST_F(ProbeTest, APoolerOfTransactionsIsRefused) {
  for (const char* settings : {"", "server_round_robin = 1", "default_pool_size = 1",
                               "server_round_robin = 1\nmin_pool_size = 2",
                               "server_round_robin = 1\nmin_pool_size = 3", "min_pool_size = 5"}) {
    const test::Pooler pooler(cluster_, "transaction", settings);
    const std::string url = pooler.url_of(cluster_.url());
    const std::string complaint = complaint_about(url);
    EXPECT_THAT(complaint, HasSubstr("pool_mode = session")) << settings;
    EXPECT_THAT(complaint, Not(HasSubstr("\n")));
  }
}

TEST_F(ProbeTest, APoolerOfStatementsIsRefused) {
  const test::Pooler pooler(cluster_, "statement");
  EXPECT_THAT(complaint_about(pooler.url_of(cluster_.url())), HasSubstr("pool_mode = session"));
}

/// Where sessions are pooled it takes a second session to see that. This one is lost on the way.
TEST_F(ProbeTest, ALinkThatIsLostMeanwhileIsNotTakenForAPooler) {
  const test::Pooler pooler(cluster_, "session");
  test::DatabaseProxy proxy(pooler.socket_folder(), test::Pooler::kPort);
  proxy.arm(test::CommitFault::lose_request);
  const std::string complaint = complaint_about(proxy.url_through(pooler.url_of(cluster_.url())));
  EXPECT_EQ(proxy.faults_done(), 1);
  EXPECT_THAT(complaint, HasSubstr("cannot be reached"));
}

TEST_F(ProbeTest, NothingOfAPasswordIsInTheComplaint) {
  for (const char* url :
       {"postgresql://u:pa@s3cret@127.0.0.1:1/db", "postgresql://u:pa/s3cret@127.0.0.1:1/db",
        "postgresql://u:s3cret/pa@127.0.0.1:1/db", "postgresql://u:s3cret?x@127.0.0.1:1/db",
        "postgresql://u:5?host=s3cret@127.0.0.1", "postgresql://u:5/s3cret@127.0.0.1:1/db",
        "postgresql://u:pa%s3cret@127.0.0.1:1/db", "postgresql://u:s3cret/db",
        "postgresql://u:[s3cret@127.0.0.1:1/db", "postgresql://u:s3cret@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/db?user=u&password=pa@s3cret", "host=127.0.0.1 port=1 s3cret",
        "host=127.0.0.1 port=1 password=pa s3cret", "host=127.0.0.1 port=s3cret",
        "host=127.0.0.1 port=1 pasword=s3cret", "host=u:s3cret@127.0.0.1 port=1"}) {
    const std::string complaint = complaint_about(url);
    EXPECT_NE(complaint, "");
    EXPECT_THAT(complaint, Not(HasSubstr("s3cret"))) << url;
    EXPECT_THAT(complaint, Not(HasSubstr("\n"))) << url;
  }
  EXPECT_THAT(complaint_about("postgresql://u:pa@s3cret@127.0.0.1:1/db"), HasSubstr("%40"));
}

}  // namespace
}  // namespace remit::storage
