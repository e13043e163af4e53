#include "config_fixture.hpp"
#include "remit/base/base64.hpp"

namespace remit::config {
namespace {

std::string key_text(char of) { return base64_encode(std::string(32, of)); }

class WebhookKeysTest : public ConfigTest {
 protected:
  void write_keys(const std::string& text, const std::string& more = "") {
    std::ofstream(folder_ / "keys", std::ios::binary) << text;
    write("[webhooks]\nkey_file = \"" + (folder_ / "keys") + "\"\n" + more);
  }
};

TEST_F(WebhookKeysTest, AreThoseOfTheSettingOrTheFile) {
  write("[webhooks]\nkey = \"" + key_text('a') + "\"\n");
  EXPECT_EQ(loaded().webhooks.keys, key_text('a'));
  const std::string two = key_text('b') + "\n" + key_text('a') + "\n";
  write_keys(two);
  EXPECT_EQ(loaded().webhooks.keys, two);
  EXPECT_EQ(loaded().webhooks.key, "") << "which would be printed";
  write("[log]\nlevel = \"info\"\n");
  EXPECT_EQ(loaded().webhooks.keys, "");
}

TEST_F(WebhookKeysTest, AreRefusedAndNotShownWhenTheyAreNone) {
  const std::string head = "the configuration is not valid:\n  webhooks.key_file: ";
  write_keys("s3cret");
  EXPECT_EQ(faults(), head + "keys: key 1 is not 32 bytes in base64");
  write_keys("\n");
  EXPECT_EQ(faults(), head + "keys: has no key");
  write_keys("");
  EXPECT_EQ(faults(), head + "keys: cannot be read, or is empty");
  write("[webhooks]\nkey_file = \"/dev/zero\"\n");
  EXPECT_EQ(faults(), head + "/dev/zero: key 1 is not 32 bytes in base64");
  write_keys(key_text('a'), "key = \"" + key_text('a') + "\"\n");
  EXPECT_EQ(faults(), head + "there is webhooks.key besides; one of them is enough");
  write("[webhooks]\nkey = \"s3cret\"\n");
  const std::string complaint = faults();
  EXPECT_NE(complaint.find("webhooks.key"), std::string::npos);
  EXPECT_EQ(complaint.find("s3cret"), std::string::npos) << complaint;
}

}  // namespace
}  // namespace remit::config
