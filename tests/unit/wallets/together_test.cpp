// Requests that share a transaction: what they do to one wallet is told once.
#include <boost/asio/co_spawn.hpp>
#include <memory>

#include "remit/wallets/wallet_operations.hpp"
#include "wallets_fixture.hpp"

namespace remit::wallets::test {
namespace {

class TogetherTest : public WalletsTest {
 protected:
  template <class Operation>
  using Answer = std::shared_ptr<std::optional<Result<typename Operation::Output>>>;

  void SetUp() override {
    open("busy", 0);
    in_the_way_.query("BEGIN; SELECT 1 FROM wallet WHERE user_id = 'busy' FOR UPDATE");
    first_ = begin<CarryOutMovement>(funds("busy"));
    for (int i = 0; i < 10'000 && !is_waiting(); ++i) poll();
    ASSERT_TRUE(is_waiting());
  }

  /// What is begun now is one batch, as soon as the lane goes on.
  template <class Operation>
  Answer<Operation> begin(typename Operation::Input input) {
    using Output = Result<typename Operation::Output>;
    auto answer = std::make_shared<std::optional<Output>>();
    boost::asio::co_spawn(
        loop_, lane_.run<Operation>(std::move(input)),
        [answer](std::exception_ptr, Output output) { answer->emplace(std::move(output)); });
    return answer;
  }
  template <class Answer>
  void go_on(const Answer& last) {
    poll();
    in_the_way_.query("COMMIT");
    remit::test::run_until(loop_, [&last] { return last->has_value(); });
    EXPECT_TRUE(first_->value());
  }

  MovementRequest funds(const std::string& user) {
    const MoveFunds wish{.user_id = user, .amount = 5, .transaction_id = new_id()};
    return request_of(wish, wish.transaction_id.to_string());
  }
  void poll() {
    if (loop_.stopped()) loop_.restart();
    loop_.poll();
  }
  bool is_waiting() {
    return session_.query("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
  }
  /// "2 versions, 2": how often its wallet was told, and its version.
  std::string told(const std::string& user) {
    return session_.query(
        "SELECT (SELECT count(*) FROM event_body, string_to_table(lines, E'\\n') AS line "
        "WHERE split_part(line, E'\\t', 2) = '/wallets/" +
        user + "') || ' times, version ' || version FROM wallet WHERE user_id = '" + user + "'");
  }

  remit::test::PostgresSession in_the_way_{url_};
  storage::Lanes lane_{loop_.get_executor(), {.name = "one", .url = url_, .lanes = 1}};
  Answer<CarryOutMovement> first_;
};

TEST_F(TogetherTest, AWalletThatOpensAndTakesADepositIsToldOnce) {
  const auto opened = begin<CarryOutMovement>(
      request_of(OpenWallet{.user_id = "alice", .name = "Alice"}, "open-alice"));
  const auto moved = begin<CarryOutMovement>(funds("alice"));
  go_on(moved);
  EXPECT_TRUE(opened->value());
  EXPECT_TRUE(moved->value());
  EXPECT_EQ(told("alice"), "1 times, version 1");
}

TEST_F(TogetherTest, AWalletIsDeletedOnce) {
  open("alice", 0);
  const auto first = begin<DeleteWallet>({tenant_, "alice"});
  const auto second = begin<DeleteWallet>({tenant_, "alice"});
  go_on(second);
  EXPECT_TRUE(first->value().value());
  EXPECT_FALSE(second->value().value());
  EXPECT_EQ(told("alice"), "2 times, version 1");
}

TEST_F(TogetherTest, AWalletThatIsFrozenAndUnfrozenIsToldOnce) {
  open("alice", 0);
  begin<FreezeWallet>({{tenant_, "alice"}, "inquiry"});
  const auto second = begin<FreezeWallet>({{tenant_, "alice"}, ""});
  go_on(second);
  EXPECT_TRUE(second->value().value());
  EXPECT_EQ(told("alice"), "2 times, version 2");
}

}  // namespace
}  // namespace remit::wallets::test
