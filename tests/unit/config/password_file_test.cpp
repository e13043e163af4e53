#include "config_fixture.hpp"

namespace remit::config {
namespace {

class PasswordFileTest : public ConfigTest {
 protected:
  /// What a file with this text is taken for.
  std::string password_in(const std::string& text) {
    write_secret(text);
    return loaded().database.password;
  }
  std::string complaint_about(const std::string& text) {
    write_secret(text);
    return faults();
  }

 private:
  void write_secret(const std::string& text) {
    std::ofstream(folder_ / "secret", std::ios::binary) << text;
    write("[database]\npassword_file = \"" + (folder_ / "secret") + "\"\n");
  }
};

TEST_F(PasswordFileTest, WithoutAFileThereIsNoPassword) {
  write("[database]\nwrite_lanes = 3\n");
  EXPECT_EQ(loaded().database.password, "");
}

TEST_F(PasswordFileTest, TheFirstLineIsThePassword) {
  EXPECT_EQ(password_in("p4ss word\n"), "p4ss word");
  EXPECT_EQ(password_in("p4ss"), "p4ss");
  EXPECT_EQ(password_in("p4ss\r\n"), "p4ss");
  EXPECT_EQ(password_in(" spaces stay \nand the rest is left\n"), " spaces stay ");
}

TEST_F(PasswordFileTest, AFileWithoutAPasswordIsRefused) {
  const std::string head = "the configuration is not valid:\n  database.password_file: ";
  EXPECT_EQ(complaint_about(""), head + "secret cannot be read, or is empty");
  for (const std::string& text : {std::string("\n"), std::string("\r\n"), std::string("a\0b\n", 4),
                                  std::string(5'000, 'x')}) {
    EXPECT_EQ(complaint_about(text), head + "the first line of secret is no password");
  }
  write("[database]\npassword_file = \"/dev/zero\"\n");
  EXPECT_EQ(faults(), head + "the first line of /dev/zero is no password");
  write("[database]\npassword_file = \"" + folder_.path() + "/away\"\n");
  EXPECT_EQ(faults(), head + "away cannot be read, or is empty");
  write("[database]\npassword_file = \"" + folder_.path() + "/.\"\n");
  EXPECT_EQ(faults(), head + ". cannot be read, or is empty");
}

TEST_F(PasswordFileTest, NoComplaintQuotesWhatIsInTheFile) {
  EXPECT_EQ(complaint_about(std::string("s3cret\0tail", 11)).find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace remit::config
