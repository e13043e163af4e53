#include "remit/sandbox/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace remit::sandbox {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ =
        ::testing::TempDir() + "remit_journal_" + info->name() + "_" + std::to_string(::getpid());
    std::filesystem::remove(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::expected<std::vector<std::string>, std::string> replayed() {
    auto journal = Journal::open(path_);
    if (!journal) return std::unexpected(journal.error());
    std::vector<std::string> lines;
    const auto done = (*journal)->replay([&](std::string_view by, const net::JsonValue& record) {
      lines.push_back(std::string(by) + " " + net::canonical_json(record));
      return by != "stranger";
    });
    if (!done) return std::unexpected(done.error());
    last_ = *journal;
    return lines;
  }

  std::string path_;
  std::shared_ptr<Journal> last_;
};

TEST_F(JournalTest, ReplaysWhatWasAppended) {
  ASSERT_TRUE(replayed());
  EXPECT_TRUE(last_->append("default", R"({"a":1})"));
  EXPECT_TRUE(last_->append("chain", R"({"b":2})"));
  last_.reset();
  EXPECT_EQ(replayed().value(),
            (std::vector<std::string>{R"(default {"a":1})", R"(chain {"b":2})"}));
}

TEST_F(JournalTest, CutsOffATornLastLineAndGoesOn) {
  std::ofstream(path_) << "[\"default\",{\"a\":1}]\n[\"default\",{\"a\"";
  EXPECT_EQ(replayed().value().size(), 1U);
  EXPECT_TRUE(last_->append("default", R"({"c":3})"));
  last_.reset();
  EXPECT_EQ(replayed().value().back(), R"(default {"c":3})");
}

TEST_F(JournalTest, RefusesAFileThatIsNotItsOwn) {
  for (const char* text : {"hello\n", "[\"stranger\",{}]\n", "[1,{}]\n", "{}\n"}) {
    std::ofstream(path_) << text;
    const auto lines = replayed();
    ASSERT_FALSE(lines) << text;
    EXPECT_NE(lines.error().find("line 1"), std::string::npos);
  }
}

TEST_F(JournalTest, RefusesASecondSandboxAndAPathThatCannotBe) {
  const auto first = Journal::open(path_);
  ASSERT_TRUE(first);
  EXPECT_FALSE(Journal::open(path_));
  EXPECT_FALSE(Journal::open(path_ + "/nowhere/file"));
}

TEST_F(JournalTest, WithoutAPathKeepsNothingAndSucceeds) {
  const auto journal = Journal::open("");
  ASSERT_TRUE(journal);
  EXPECT_FALSE((*journal)->keeps());
  EXPECT_TRUE((*journal)->append("default", "{}"));
}

TEST_F(JournalTest, AWriteThatFailsSaysSo) {
  const auto journal = Journal::open("/dev/full");
  ASSERT_TRUE(journal) << journal.error();
  EXPECT_FALSE((*journal)->append("default", "{}"));
}

}  // namespace
}  // namespace remit::sandbox
