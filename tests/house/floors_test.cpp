#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>

#include "house/tree.hpp"

namespace remit::house {
namespace {

// docs/architecture.md, "The floors". The sandbox stands beside the house.
const std::map<std::string, int> kFloors = {
    {"base", 0},      {"config", 1},         {"telemetry", 1},   {"load", 1},    {"jobs", 2},
    {"net", 2},       {"storage", 2},        {"ledger", 3},      {"outbox", 3},  {"routing", 3},
    {"providers", 3}, {"engine", 4},         {"idempotency", 4}, {"auth", 4},    {"quotes", 4},
    {"payments", 5},  {"wallets", 5},        {"settlements", 5}, {"events", 5},  {"webhooks", 5},
    {"books", 6},     {"reconciliation", 6}, {"admin", 6},       {"metrics", 6}, {"app", 7}};
const std::set<std::string> kSandboxUses = {"base", "config", "telemetry", "net"};

std::optional<std::string> trouble(const std::string& from, const std::string& to) {
  if (from == to) return std::nullopt;
  if (from == "sandbox") {
    if (kSandboxUses.contains(to)) return std::nullopt;
    return "the sandbox uses base, config, telemetry and net only, not " + to;
  }
  if (to == "sandbox") return from + " is part of the product and knows no sandbox";
  if (!kFloors.contains(from)) return from + " has no floor";
  if (!kFloors.contains(to)) return to + " has no floor";
  if (kFloors.at(to) < kFloors.at(from)) return std::nullopt;
  return from + " (floor " + std::to_string(kFloors.at(from)) + ") includes " + to + " (floor " +
         std::to_string(kFloors.at(to)) + ")";
}

Complaints check_floors(const std::vector<SourceFile>& files) {
  Complaints found;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      if (!include.quoted || !include.name.starts_with("remit/")) continue;
      const std::string to = include.name.substr(6, include.name.find('/', 6) - 6);
      const auto what = trouble(file.module(), to);
      if (what) found.push_back(complaint(file, include.line, *what));
    }
  }
  return found;
}

// A quoted include is either a public header, by its full name, or a private one beside the file.
Complaints check_private_headers(const std::vector<SourceFile>& files) {
  std::set<std::string> paths;
  for (const SourceFile& file : files) paths.insert(file.path);
  Complaints found;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      if (!include.quoted) continue;
      const std::string path = include.name.starts_with("remit/")
                                   ? "include/" + include.name
                                   : "src/" + file.module() + "/" + include.name;
      if (!paths.contains(path)) {
        found.push_back(
            complaint(file, include.line, include.name + " is no header of this module"));
      }
    }
  }
  return found;
}

// A source includes its own header first, which is what proves that the header compiles alone.
Complaints check_own_header_first(const std::vector<SourceFile>& files) {
  std::set<std::string> paths;
  for (const SourceFile& file : files) paths.insert(file.path);
  Complaints found;
  for (const SourceFile& file : files) {
    if (file.is_header()) continue;
    const std::string public_name = "remit/" + file.module() + "/" + file.stem() + ".hpp";
    const std::string private_name = file.stem() + ".hpp";
    std::string own;
    if (paths.contains("include/" + public_name)) own = public_name;
    if (paths.contains("src/" + file.module() + "/" + private_name)) own = private_name;
    if (own.empty() || (!file.includes.empty() && file.includes.front().name == own)) continue;
    found.push_back(complaint(file, 1, "the first include is " + own));
  }
  return found;
}

TEST(Floors, AModuleIncludesLowerFloorsOnly) {
  ASSERT_FALSE(product_files().empty());
  const Complaints found = check_floors(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Floors, AQuotedIncludeIsAPublicHeaderOrOneBesideTheFile) {
  const Complaints found = check_private_headers(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Floors, ASourceIncludesItsOwnHeaderFirst) {
  const Complaints found = check_own_header_first(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Floors, PlantedViolationsAreCaught) {
  const auto one = [](const char* path, const char* header) {
    return check_floors({make_source(path, std::string("#include \"") + header + "\"\n")}).size();
  };
  EXPECT_EQ(one("src/net/a.cpp", "remit/storage/lanes.hpp"), 1U) << "a sibling";
  EXPECT_EQ(one("include/remit/engine/a.hpp", "remit/payments/a.hpp"), 1U) << "from above";
  EXPECT_EQ(one("src/sandbox/a.cpp", "remit/storage/lanes.hpp"), 1U);
  EXPECT_EQ(one("src/app/a.cpp", "remit/sandbox/a.hpp"), 1U);
  EXPECT_EQ(one("src/novelty/a.cpp", "remit/base/money.hpp"), 1U) << "a module without a floor";
  EXPECT_EQ(one("src/payments/a.cpp", "remit/engine/saga.hpp"), 0U);
  EXPECT_EQ(one("src/sandbox/a.cpp", "remit/net/server.hpp"), 0U);
  EXPECT_EQ(check_private_headers({make_source("src/net/a.cpp", "#include \"../b.hpp\"\n")}).size(),
            1U);
  const SourceFile header = make_source("include/remit/net/a.hpp", "");
  const SourceFile source =
      make_source("src/net/a.cpp", "#include <string>\n#include \"remit/net/a.hpp\"\n");
  EXPECT_EQ(check_own_header_first({header, source}).size(), 1U);
}

}  // namespace
}  // namespace remit::house
