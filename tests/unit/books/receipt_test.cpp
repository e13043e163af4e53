#include "remit/books/receipt_service.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "books_fixture.hpp"
#include "receipt_json.hpp"
#include "remit/payments/payment.hpp"

namespace remit::books::test {
namespace {

using Json = nlohmann::json;

class ReceiptTest : public BooksTest {
 protected:
  void SetUp() override {
    open("alice", 1'000);
    open("bob", 0);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// One that is settled, among others.
  Uuid settled() {
    const Uuid id = create(transfer("alice", "bob", 5));
    settle();
    return id;
  }

  Json receipt(const Uuid& id) {
    const auto made = remit::test::run(loop_, receipts_.of_transaction(tenant_, id));
    return Json::parse(receipt_json("/transactions/" + id.to_string(), made.value()));
  }

  Json checkpoints() {
    Json list = {{"data", Json::array()}};
    for (const Checkpoint& each : run<ListCheckpoints>({.tenant = tenant_, .limit = 100}).value()) {
      list["data"].push_back(Json::parse(checkpoint_json(each)));
    }
    return list;
  }

  /// The exit status of the verifier that clients are given.
  int verify_as_a_client(const Json& text, const std::string& root = "", const Json& chain = {}) {
    const std::string receipt_file = write("receipt.json", text);
    std::string command = "python3 " REMIT_PYTHON_EXAMPLES "/verify_receipt.py " + receipt_file;
    if (!root.empty()) command += " --root " + root;
    if (!chain.is_null()) command += " --checkpoints " + write("checkpoints.json", chain);
    command += " > " + (folder_ / "output").string() + " 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));  // NOLINT(concurrency-mt-unsafe)
  }

  std::string write(const std::string& name, const Json& text) {
    std::ofstream(folder_ / name) << text.dump();
    return (folder_ / name).string();
  }

  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "remit-receipt-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return name;
  }

  std::filesystem::path folder_ = make_folder();
  ReceiptService receipts_{lanes_};
};

TEST_F(ReceiptTest, IsPendingUntilThereIsACheckpoint) {
  const Uuid id = settled();
  Json pending = receipt(id);
  EXPECT_EQ(pending["status"], "pending");
  EXPECT_TRUE(pending["postings"][0]["checkpoint"].is_null());
  EXPECT_EQ(verify_as_a_client(pending), 2);
  checkpoint();
  const Json proven = receipt(id);
  EXPECT_EQ(proven["status"], "proven");
  EXPECT_EQ(proven["postings"].size(), 1U);
  EXPECT_EQ(proven["postings"][0]["leaf"], pending["postings"][0]["leaf"]);
  EXPECT_EQ(verify_as_a_client(proven), 0);
}

TEST_F(ReceiptTest, IsEmptyForWhatHasNotMoved) {
  EXPECT_EQ(receipt(create(transfer("alice", "bob", 5, 3'600)))["status"], "none");
  const auto none = remit::test::run(loop_, receipts_.of_transaction(tenant_, new_id()));
  EXPECT_EQ(none.error().code, wallets::kTransactionNotFound);
  const auto other = remit::test::run(loop_, receipts_.of_payment(tenant_, new_id()));
  EXPECT_EQ(other.error().code, payments::kPaymentNotFound);
}

// From every place in checkpoints of one block, of several, and of one posting.
TEST_F(ReceiptTest, IsProvedWhereverItsPostingStands) {
  std::vector<Uuid> ids = {settled()};
  checkpoint();
  ids.push_back(settled());
  deposit(1'023, "carol");
  ids.push_back(settled());
  deposit(700, "carol");
  pay(400, tenant_.home().value());
  ids.push_back(settled());
  checkpoint();
  ids.push_back(settled());
  checkpoint();
  const Json chain = checkpoints();
  const std::string last = chain["data"][0]["root_hash"];
  for (const Uuid& id : ids) {
    const Json one = receipt(id);
    EXPECT_EQ(verify_as_a_client(one, last, chain), 0) << one.dump();
  }
  EXPECT_EQ(receipt(ids[2])["postings"][0]["leaf_index"], 1'024);
}

TEST_F(ReceiptTest, IsRefusedWhenItWasAltered) {
  settled();
  const Uuid id = settled();
  settled();
  checkpoint();
  const Json good = receipt(id);
  ASSERT_EQ(verify_as_a_client(good), 0);
  const Json& posting = good["postings"][0];
  std::string leaf = posting["leaf"];
  leaf.replace(leaf.find("\"amount\":5"), 10, "\"amount\":6");
  std::string digest = posting["audit_path"][0];
  digest[5] = digest[5] == 'a' ? 'b' : 'a';
  Json shorter = posting["audit_path"];
  shorter.erase(0);
  const auto altered = [&](const std::string& path, const Json& value) {
    Json bad = good;
    bad["postings"][0][Json::json_pointer(path)] = value;
    return bad;
  };
  for (const Json& bad :
       {altered("/leaf", leaf), altered("/posting_id", "1"), altered("/leaf_index", 0),
        altered("/audit_path/0", digest), altered("/audit_path", shorter),
        altered("/checkpoint/postings", 6), altered("/checkpoint/merkle_root", digest),
        altered("/checkpoint/root_hash", digest), altered("/checkpoint/previous_hash", digest),
        altered("/checkpoint/checkpoint_id", 2), altered("/checkpoint/through_posting", "99")}) {
    EXPECT_EQ(verify_as_a_client(bad), 1) << bad.dump();
  }
  EXPECT_EQ(verify_as_a_client(good, digest), 1) << "a root that is known is another";
  EXPECT_EQ(verify_as_a_client({{"status", "proven"}}), 2);
}

TEST_F(ReceiptTest, IsNotProvedByAChainThatIsBroken) {
  const Uuid id = settled();
  checkpoint();
  for (int i = 0; i < 2; ++i) {
    settled();
    checkpoint();
  }
  Json chain = checkpoints();
  const std::string last = chain["data"][0]["root_hash"];
  EXPECT_EQ(verify_as_a_client(receipt(id), last, chain), 0);
  EXPECT_EQ(verify_as_a_client(receipt(id), last), 1);
  chain["data"][1]["postings"] = 2;
  EXPECT_EQ(verify_as_a_client(receipt(id), last, chain), 1);
}

TEST_F(ReceiptTest, IsNotGivenWhenTheLedgerWasChanged) {
  const Uuid id = settled();
  settled();
  checkpoint();
  tamper("UPDATE wallet_posting SET amount = 1 WHERE transaction_id <> '" + id.to_string() + "'");
  const auto made = remit::test::run(loop_, receipts_.of_transaction(tenant_, id));
  EXPECT_EQ(made.error().code, kInternal);
}

TEST_F(ReceiptTest, TheLatestCheckpointIsTheLast) {
  EXPECT_EQ(remit::test::run(loop_, receipts_.latest(Tenant(TenantId(9)))).error().code,
            kCheckpointNotFound);
  settled();
  checkpoint();
  settled();
  checkpoint();
  EXPECT_EQ(remit::test::run(loop_, receipts_.latest(tenant_)).value().id, 2);
}

}  // namespace
}  // namespace remit::books::test
