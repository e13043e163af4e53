// Signatures of remit, checked by code that is not ours.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "remit/webhooks/signature.hpp"
#include "support/child_process.hpp"

namespace remit::webhooks {
namespace {

using nlohmann::json;

/// Receivers refuse what is older than five minutes.
std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Cases {
 public:
  json headers(const std::vector<SigningKey>& keys, const std::string& body) {
    const std::string id = "evt_" + std::to_string(cases_.size());
    const std::int64_t now = now_seconds();
    return {{"webhook-id", id},
            {"webhook-timestamp", std::to_string(now)},
            {"webhook-signature",
             signatures_of(keys, {.id = id, .timestamp_seconds = now, .body = body})}};
  }

  void add(const std::string& name, bool accepted, const SigningKey& key, const json& headers,
           const std::string& body) {
    json one = {{"name", name}, {"accepted", accepted}, {"headers", headers}, {"body", body}};
    if (key.kind == KeyKind::shared) {
      one["secret"] = to_text(key);
    } else {
      one["public_key"] = public_text(key).value();
    }
    cases_.push_back(std::move(one));
  }

  void check() const {
    ASSERT_TRUE(std::filesystem::exists(REMIT_NODE_FOLDER "/node_modules/standardwebhooks"))
        << "`scripts/test webhooks` installs the reference library first";
    const test::MemoryFile file(json(cases_).dump());
    test::ChildProcess node({REMIT_NODE, REMIT_VERIFIER, REMIT_NODE_FOLDER, file.path()});
    const auto status = node.wait(std::chrono::seconds(30));
    EXPECT_EQ(status, 0) << node.standard_output() << node.standard_error();
    EXPECT_EQ(node.standard_output(), std::to_string(cases_.size()) + " cases\n");
  }

 private:
  std::vector<json> cases_;
};

std::vector<std::string> bodies() {
  return {"{}", R"({"type":"payment.completed","data":{"name":"Zoë – \u0000"}})",
          R"({"a.b":"1.2.3"})", json({{"text", std::string(20'000, 'x')}}).dump()};
}

void check_kind(KeyKind kind) {
  const SigningKey key = make_signing_key(kind);
  const SigningKey other = make_signing_key(kind);
  Cases cases;
  for (const std::string& body : bodies()) {
    const json headers = cases.headers({key}, body);
    cases.add("as it was sent", true, key, headers, body);
    cases.add("another key", false, other, headers, body);
    cases.add("another body", false, key, headers, R"({"type":"payment.failed"})");
    json changed = headers;
    changed["webhook-id"] = "evt_other";
    cases.add("another id", false, key, changed, body);
    changed = headers;
    changed["webhook-timestamp"] = std::to_string(now_seconds() + 60);
    cases.add("another time", false, key, changed, body);
  }
  cases.check();
}

TEST(ReferenceLibrary, AcceptsSharedSignaturesAndNothingElse) { check_kind(KeyKind::shared); }

TEST(ReferenceLibrary, NodeAcceptsSignaturesOfPairsAndNothingElse) { check_kind(KeyKind::pair); }

TEST(ReferenceLibrary, AcceptsBothKeysDuringARotation) {
  const SigningKey old_key = make_signing_key(KeyKind::shared);
  const SigningKey new_key = make_signing_key(KeyKind::shared);
  const SigningKey pair = make_signing_key(KeyKind::pair);
  Cases cases;
  for (const std::string& body : bodies()) {
    const json rotated = cases.headers({new_key, old_key}, body);
    cases.add("the new key", true, new_key, rotated, body);
    cases.add("the old key", true, old_key, rotated, body);
    cases.add("neither", false, make_signing_key(KeyKind::shared), rotated, body);
    const json mixed = cases.headers({pair, old_key}, body);
    cases.add("the shared of both kinds", true, old_key, mixed, body);
    cases.add("the pair of both kinds", true, pair, mixed, body);
  }
  cases.check();
}

TEST(ReferenceLibrary, AcceptsSecretsOfAllLengths) {
  Cases cases;
  for (const std::size_t length :
       {kFewestSharedBytes, std::size_t{25}, std::size_t{32}, std::size_t{50}, kMostSharedBytes}) {
    const SigningKey key{.kind = KeyKind::shared, .bytes = std::string(length, '\x80')};
    cases.add(std::to_string(length) + " bytes", true, key, cases.headers({key}, "{}"), "{}");
  }
  cases.check();
}

}  // namespace
}  // namespace remit::webhooks
