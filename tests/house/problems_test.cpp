#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "house/tree.hpp"

namespace remit::house {
namespace {

using nlohmann::json;

// What one part of the program says to another, and no client hears.
const std::set<std::string> kInside = {"NOT_COMPENSABLE", "PROVIDER_UNREACHABLE"};

/// Every code that the product declares, with its status. The sandbox has codes of its own.
std::map<std::string, int> declared_codes(const std::vector<SourceFile>& files) {
  static const std::regex pattern(R"re(\bProblemCode k\w+\{\s*"([A-Z0-9_]+)",\s*(\d+))re");
  std::map<std::string, int> codes;
  for (const SourceFile& file : files) {
    if (file.module() == "sandbox") continue;
    for (auto it = std::sregex_iterator(file.text.begin(), file.text.end(), pattern);
         it != std::sregex_iterator(); ++it) {
      if (!kInside.contains(it->str(1))) codes.emplace(it->str(1), std::stoi(it->str(2)));
    }
  }
  return codes;
}

const json& resolve(const json& document, const json& object) {
  if (!object.contains("$ref")) return object;
  return document.at(json::json_pointer(object["$ref"].get<std::string>().substr(1)));
}

/// The codes that the document names anywhere under a response, with that response's status.
std::multimap<std::string, std::string> described_codes(const json& document) {
  std::multimap<std::string, std::string> codes;
  for (const json& item : document.at("paths")) {
    for (const json& operation : item) {
      if (!operation.is_object()) continue;
      for (const auto& [status, given] : operation.at("responses").items()) {
        const json content = resolve(document, given).value("content", json::object());
        if (!content.contains("application/problem+json")) continue;
        const json& schema = content["application/problem+json"]["schema"];
        for (const json& code : schema.at("allOf").at(1)["properties"]["code"]["enum"]) {
          codes.emplace(code.get<std::string>(), status);
        }
      }
    }
  }
  return codes;
}

Complaints compare(const std::map<std::string, int>& declared, const json& document) {
  Complaints found;
  const auto described = described_codes(document);
  const json& all = document.at("components")["schemas"]["Problem"]["properties"]["code"]["enum"];
  const auto listed = all.get<std::set<std::string>>();
  for (const auto& [code, status] : declared) {
    if (!listed.contains(code)) found.push_back(code + " is not among the codes of Problem");
    if (!described.contains(code)) found.push_back(code + " is the answer of no operation");
  }
  for (const std::string& code : listed) {
    if (!declared.contains(code)) found.push_back(code + " is declared nowhere");
  }
  for (const auto& [code, status] : described) {
    const auto known = declared.find(code);
    if (known == declared.end()) {
      found.push_back(code + " is declared nowhere");
    } else if (status != "default" && status != std::to_string(known->second)) {
      found.push_back(code + " stands under " + status);
    }
  }
  return found;
}

TEST(Problems, TheDocumentNamesEveryCodeUnderItsOneStatus) {
  std::ifstream stream(REMIT_HOUSE_ROOT "/docs/openapi.json");
  const std::map<std::string, int> declared = declared_codes(product_files());
  EXPECT_GT(declared.size(), 20U);
  const Complaints found = compare(declared, json::parse(stream));
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Problems, PlantedViolationsAreCaught) {
  const auto document = [](const char* status, const char* code) {
    json made;
    const json codes = {{"properties", {{"code", {{"enum", {code}}}}}}};
    made["components"]["schemas"]["Problem"] = codes;
    json& response = made["paths"]["/a"]["get"]["responses"][status];
    response["content"]["application/problem+json"]["schema"]["allOf"] = {json::object(), codes};
    return made;
  };
  const auto declared = declared_codes(
      {make_source("include/remit/net/a.hpp",
                   "inline constexpr ProblemCode kGone{\n    \"GONE\", 410, \"\"};")});
  ASSERT_EQ(declared.size(), 1U);
  EXPECT_EQ(compare(declared, document("410", "GONE")).size(), 0U);
  EXPECT_EQ(compare(declared, document("default", "GONE")).size(), 0U);
  EXPECT_EQ(compare(declared, document("404", "GONE")).size(), 1U);
  EXPECT_EQ(compare(declared, document("410", "LOST")).size(), 4U);
}

}  // namespace
}  // namespace remit::house
