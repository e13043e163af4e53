// Deliveries of a running remitd, checked by code that is not ours.
#include <filesystem>

#include "integration/webhook_fixture.hpp"

namespace remit::test {
namespace {

class ReferenceDelivery : public WebhookFixture {
 protected:
  /// As verify.cjs takes it.
  static Json case_of(const Json& delivery, const Json& key) {
    Json one = {{"name", delivery["headers"]["webhook-id"]},
                {"accepted", true},
                {"headers", delivery["headers"]},
                {"body", delivery["body"]}};
    one.update(key);
    return one;
  }
  static void check(const Json& cases) {
    ASSERT_TRUE(std::filesystem::exists(REMIT_NODE_FOLDER "/node_modules/standardwebhooks"))
        << "`scripts/test webhooks` installs the reference library first";
    const MemoryFile file(cases.dump());
    ChildProcess node({REMIT_NODE, REMIT_VERIFIER, REMIT_NODE_FOLDER, file.path()});
    EXPECT_EQ(node.wait(std::chrono::seconds(30)), 0)
        << node.standard_output() << node.standard_error();
    EXPECT_EQ(node.standard_output(), std::to_string(cases.size()) + " cases\n");
  }
};

TEST_F(ReferenceDelivery, IsAcceptedWithEachKindOfKeyAndDuringARotation) {
  const auto remit = start();
  const HttpApi& api = remit->api();
  const Json shared = make_endpoint(api, "/shared");
  const Json pair = make_endpoint(api, "/pair", {{"signature", "v1a"}});
  const Json rotated = make_endpoint(api, "/rotated");
  const HttpAnswer fresh =
      api.send("POST", "/webhook-endpoints/" + rotated["id"].get<std::string>() + "/rotate-secret");
  ASSERT_EQ(fresh.status, 200) << fresh.body;
  charge(api, 3);
  await_charges();
  Json cases = Json::array();
  for (const std::string path : {"/shared", "/pair", "/rotated"}) {
    ASSERT_TRUE(eventually([&] { return arrived(path).size() == 6; })) << path;
  }
  for (const Json& one : received("/shared")) {
    cases.push_back(case_of(one, {{"secret", shared["secret"]}}));
  }
  for (const Json& one : received("/pair")) {
    cases.push_back(case_of(one, {{"public_key", pair["public_key"]}}));
  }
  for (const Json& one : received("/rotated")) {
    cases.push_back(case_of(one, {{"secret", rotated["secret"]}}));
    cases.push_back(case_of(one, {{"secret", fresh.json()["secret"]}}));
    Json wrong = case_of(one, {{"secret", shared["secret"]}});
    wrong["accepted"] = false;
    cases.push_back(std::move(wrong));
  }
  check(cases);
}

}  // namespace
}  // namespace remit::test
