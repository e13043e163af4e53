// What a client of a simpler service may rely on, when the operator has said so.
#include <gtest/gtest.h>

#include "product_test.hpp"

namespace remit::test {
namespace {

using CompatibilityTest = ProductTest;

HttpAnswer convert(const HttpApi& api, const HttpHeaders& headers = {}) {
  return api.post("/payments", conversion_body(), headers);
}

TEST_F(CompatibilityTest, WithoutTheSettingsAKeyIsRequiredAndAListHasACursor) {
  const RemitProcess remit(config);
  const HttpAnswer answer = convert(remit.api());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("code"), "MISSING_HEADER");
  EXPECT_TRUE(remit.api().get("/payments").json().contains("next_cursor"));
}

TEST_F(CompatibilityTest, APostWithoutAKeyGetsOneAndIsAnotherPaymentEachTime) {
  const RemitProcess remit(config, {"compatibility.optional_keys=true"});
  const HttpAnswer first = convert(remit.api());
  const HttpAnswer second = convert(remit.api());
  ASSERT_EQ(first.status, 202) << first.body;
  ASSERT_EQ(second.status, 202) << second.body;
  EXPECT_NE(first.json().at("payment_id"), second.json().at("payment_id"));

  const HttpHeaders mine = {{"Idempotency-Key", "mine-is-kept-1"}};
  const HttpAnswer keyed = convert(remit.api(), mine);
  const HttpAnswer again = convert(remit.api(), mine);
  EXPECT_EQ(keyed.body, again.body);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(convert(remit.api(), {{"Idempotency-Key", "short"}}).status, 400);
  EXPECT_EQ(sql("SELECT count(*) FROM saga"), "3");
}

TEST_F(CompatibilityTest, AChargeKeepsItsOwnKey) {
  const RemitProcess remit(config, {"compatibility.optional_keys=true"});
  const std::string id = accept_charge(remit.api());
  const Json body = {{"correlationId", id}, {"amount", 19.90}};
  const HttpAnswer again = remit.api().post("/payments", body);
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(sql("SELECT count(*) FROM saga"), "1");
}

TEST_F(CompatibilityTest, AListIsABareArrayWhoseLinkLeadsToTheNextPage) {
  const RemitProcess remit(config, {"compatibility.bare_lists=true"});
  std::vector<std::string> newest_first;
  for (int i = 0; i < 5; ++i) {
    newest_first.insert(newest_first.begin(), accept_charge(remit.api()));
  }
  std::vector<std::string> listed;
  std::string target = "/payments?kind=charge&limit=2";
  int pages = 0;
  while (!target.empty() && pages < 10) {
    const HttpAnswer page = remit.api().get(target);
    ASSERT_EQ(page.status, 200) << page.body;
    ASSERT_TRUE(page.json().is_array()) << page.body;
    for (const Json& payment : page.json()) listed.push_back(payment.at("payment_id"));
    const std::string link = page.header("link");
    const std::size_t end = link.find(R"(>; rel="next")");
    target = end == std::string::npos ? "" : link.substr(1, end - 1);
    EXPECT_TRUE(target.empty() || target.contains("kind=charge&limit=2&cursor=")) << link;
    ++pages;
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(listed, newest_first);
}

}  // namespace
}  // namespace remit::test
