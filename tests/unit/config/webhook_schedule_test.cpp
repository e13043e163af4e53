#include "config_fixture.hpp"

namespace remit::config {
namespace {

class WebhookScheduleTest : public ConfigTest {
 protected:
  void expect_fault(const std::string& given, const std::string& fault) {
    EXPECT_EQ(faults_of(given), "the configuration is not valid:\n  " + fault) << given;
  }
};

TEST_F(WebhookScheduleTest, HasAtLeastOneTimeAndGoesForward) {
  expect_fault("[webhooks]\nschedule = []",
               "remit.toml:2: webhooks.schedule: must be an array of durations");
  expect_fault("[webhooks]\nschedule = [\"5s\", \"1s\"]",
               "remit.toml:2: webhooks.schedule: must be in ascending order");
  std::string many = "[webhooks]\nschedule = [\"0s\"";
  for (int i = 1; i <= 50; ++i) many += ", \"" + std::to_string(i) + "s\"";
  expect_fault(many + "]", "remit.toml:2: webhooks.schedule: must have 1 to 50 times");
}

TEST_F(WebhookScheduleTest, IsShorterThanEventsAreKept) {
  expect_fault("[events]\nkeep = \"48h\"",
               "built-in default: webhooks.schedule: a delivery may take up to 3564m by it, when "
               "its endpoint asks for later attempts: must be shorter than events.keep (48h, "
               "remit.toml:2), since what is sent is the event");
  expect_fault("[webhooks]\nschedule = [\"0s\", \"700h\"]",
               "remit.toml:2: webhooks.schedule: a delivery may take up to 770h by it, when its "
               "endpoint asks for later attempts: must be shorter than events.keep (720h, built-in "
               "default), since what is sent is the event");
  EXPECT_EQ(faults_of("[webhooks]\nschedule = [\"0s\"]\n[events]\nkeep = \"24h\""), "none");
}

}  // namespace
}  // namespace remit::config
