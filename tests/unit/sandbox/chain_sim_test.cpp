#include "remit/sandbox/chain_sim.hpp"

#include "world_fixture.hpp"

namespace remit::sandbox {
namespace {

class ChainSimTest : public testing::WorldFixture {
 protected:
  static std::string order(const std::string& id, std::int64_t amount,
                           std::string_view chain = "ethereum", std::string_view asset = "USDC") {
    return R"({"operation_id":")" + id + R"(","chain":")" + std::string(chain) + R"(","asset":")" +
           std::string(asset) + R"(","user_id":"user1","amount":)" + std::to_string(amount) + "}";
  }
  static std::vector<net::Header> key(int number) { return {{"Idempotency-Key", uuid(number)}}; }
  net::Answer burn(int number, std::int64_t amount) {
    return post("chain", "/burns", order(uuid(number), amount), key(number));
  }
  net::Answer mint(int number, std::int64_t amount) {
    return post("chain", "/mints", order(uuid(number), amount, "solana"), key(number));
  }
  net::Answer show(int number) { return get("chain", "/operations/" + uuid(number)); }
  std::int64_t balance(std::string_view chain = "ethereum") {
    return world_->chain().balance(chain, "user1");
  }
  void fund(std::int64_t amount) {
    const net::Answer answer = put("chain", "/chains/ethereum/balances/user1",
                                   R"({"amount":)" + std::to_string(amount) + "}");
    EXPECT_EQ(answer.status, 200);
  }
  void set_faults(std::string faults) {
    EXPECT_EQ(put("chain", "/admin/faults", std::move(faults)).status, 200);
  }
};

TEST_F(ChainSimTest, ABurnLeavesTheBalanceOnceAndConfirmsAfterAFewQueries) {
  fund(1000);
  const net::Answer first = burn(1, 400);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(text_of(first, "status"), "\"PENDING\"");
  EXPECT_EQ(text_of(first, "tx_hash").size(), 68U);
  EXPECT_EQ(burn(1, 400).body, first.body);
  EXPECT_EQ(balance(), 600);
  int queries = 0;
  net::Answer answer;
  do {
    answer = show(1);
    EXPECT_EQ(text_of(answer, "confirmations"), std::to_string(++queries));
  } while (text_of(answer, "status") == "\"PENDING\"" && queries < 10);
  EXPECT_EQ(text_of(answer, "status"), "\"CONFIRMED\"");
  EXPECT_LE(queries, 4);
  EXPECT_EQ(balance(), 600);
}

TEST_F(ChainSimTest, AMintArrivesWhenItIsConfirmed) {
  set_faults(R"({"settle_after_polls":2})");
  EXPECT_EQ(mint(1, 250).status, 202);
  EXPECT_EQ(text_of(show(1), "kind"), "\"mint\"");
  EXPECT_EQ(balance("solana"), 0);
  show(1);
  EXPECT_EQ(balance("solana"), 250);
  show(1);
  mint(1, 250);
  EXPECT_EQ(balance("solana"), 250);
  EXPECT_EQ(get("chain", "/chains/solana/balances/user1").body, R"({"asset":"USDC","amount":250})");
}

TEST_F(ChainSimTest, NothingIsBurnedThatIsNotThere) {
  fund(100);
  const net::Answer refused = burn(1, 101);
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(text_of(refused, "code"), "\"INSUFFICIENT_BALANCE\"");
  EXPECT_EQ(show(1).status, 404);
  EXPECT_EQ(balance(), 100);
  EXPECT_EQ(burn(1, 100).status, 202);
}

TEST_F(ChainSimTest, AFailedBurnComesBackAndAFailedMintNeverArrives) {
  set_faults(R"({"settle_after_polls":1,"fail_settlement_rate":1})");
  fund(100);
  burn(1, 60);
  EXPECT_EQ(balance(), 40);
  EXPECT_EQ(text_of(show(1), "status"), "\"FAILED\"");
  EXPECT_EQ(balance(), 100);
  mint(2, 60);
  EXPECT_EQ(text_of(show(2), "status"), "\"FAILED\"");
  EXPECT_EQ(balance("solana"), 0);
}

TEST_F(ChainSimTest, OneIdIsOneOperation) {
  fund(100);
  burn(1, 10);
  EXPECT_EQ(burn(1, 11).status, 422);
  EXPECT_EQ(mint(1, 10).status, 422);
  EXPECT_EQ(balance(), 90);
}

TEST_F(ChainSimTest, RefusesWhatIsNotAnOperation) {
  EXPECT_EQ(post("chain", "/mints", order(uuid(1), 1)).status, 400) << "no key";
  EXPECT_EQ(post("chain", "/mints", order(uuid(2), 1), key(1)).status, 400) << "another key";
  EXPECT_EQ(post("chain", "/mints", order(uuid(1), 0), key(1)).status, 400);
  EXPECT_EQ(post("chain", "/mints", order(uuid(1), 1, "base", "BTC"), key(1)).status, 400);
  EXPECT_EQ(post("chain", "/mints", order(uuid(1), 1, "moon"), key(1)).status, 422);
  EXPECT_EQ(put("chain", "/chains/moon/balances/user1", R"({"amount":1})").status, 404);
  EXPECT_TRUE(world_->chain().operations().empty());
}

TEST_F(ChainSimTest, AChainThatIsDownDoesNothing) {
  fund(100);
  EXPECT_EQ(put("chain", "/chains/ethereum", R"({"up":false,"gas_cost":9})").status, 200);
  EXPECT_EQ(burn(1, 10).status, 503);
  EXPECT_NE(get("chain", "/chains").body.find(R"({"name":"ethereum","up":false,"gas_cost":9,)"),
            std::string::npos);
  EXPECT_EQ(mint(2, 10).status, 202) << "the others are up";
  put("chain", "/chains/ethereum", R"({"up":true})");
  EXPECT_EQ(burn(1, 10).status, 202);
}

TEST_F(ChainSimTest, BooksShowEveryEffect) {
  fund(100);
  burn(1, 10);
  set_faults(R"({"drop_response_rate":1})");
  EXPECT_FALSE(call_raw(
      "chain", make_call(net::Method::post, "/mints", order(uuid(2), 5, "solana"), key(2))));
  const net::Answer books = get("chain", "/admin/books");
  const Result<net::JsonValue> parsed = net::parse_json(books.body);
  const auto* records = parsed->object()->find("records")->second.array();
  ASSERT_NE(records, nullptr);
  EXPECT_EQ(records->size(), 2U);
  EXPECT_NE(books.body.find(R"({"chain":"ethereum","user_id":"user1","amount":90})"),
            std::string::npos);
}

}  // namespace
}  // namespace remit::sandbox
