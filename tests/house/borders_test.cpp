#include <gtest/gtest.h>

#include <array>
#include <map>
#include <regex>
#include <set>

#include "house/tree.hpp"

namespace remit::house {
namespace {

// Operations, and SQL for the transactions of others.
bool holds_sql(const SourceFile& file) {
  return file.module() == "storage" || file.file_name().ends_with("_operations.cpp") ||
         file.stem().ends_with("_sql");
}

// What brings libpqxx with it.
bool is_for_sql(const std::string& name) {
  return name.starts_with("pqxx/") || name.ends_with("_sql.hpp") ||
         name == "remit/storage/transaction.hpp" || name == "remit/storage/values.hpp" ||
         name == "remit/storage/columns.hpp";
}

// Decisions: pure, so that they run under any clock, store and network.
bool is_decision(const SourceFile& file) {
  return file.stem().ends_with("_machine") ||
         (file.module() == "base" && (file.stem() == "money" || file.stem() == "decimal"));
}

bool may_include(const SourceFile& file, const std::string& name) {
  if (is_for_sql(name)) return holds_sql(file);
  if (name.starts_with("boost/beast")) return file.module() == "net";
  if (name.starts_with("spdlog/")) return file.module() == "telemetry";
  if (name.starts_with("prometheus/")) return file.path.starts_with("src/metrics/");
  return !name.starts_with("gtest/") && !name.starts_with("gmock/");
}

Complaints check_borders(const std::vector<SourceFile>& files) {
  Complaints found;
  for (const SourceFile& file : files) {
    for (const Include& include : file.includes) {
      if (!may_include(file, include.name)) {
        found.push_back(complaint(file, include.line, include.name + " has no business here"));
      }
      const bool operations = include.name.ends_with("_operations.hpp");
      if (operations && file.stem().ends_with("_routes")) {
        found.push_back(complaint(file, include.line, "routes leave operations to a service"));
      }
    }
  }
  return found;
}

// Every include of a file, those of our own headers followed.
std::set<std::string> reachable(const SourceFile& file,
                                const std::map<std::string, const SourceFile*>& by_path) {
  std::set<std::string> names;
  std::vector<const SourceFile*> open = {&file};
  while (!open.empty()) {
    const SourceFile* current = open.back();
    open.pop_back();
    for (const Include& include : current->includes) {
      if (!names.insert(include.name).second) continue;
      for (const auto& path :
           {"include/" + include.name, "src/" + file.module() + "/" + include.name}) {
        const auto header = by_path.find(path);
        if (header != by_path.end()) open.push_back(header->second);
      }
    }
  }
  return names;
}

Complaints check_decisions(const std::vector<SourceFile>& files) {
  static constexpr std::array kForeign = {"boost/beast", "pqxx/", "spdlog/", "remit/telemetry/log",
                                          "nlohmann/"};
  std::map<std::string, const SourceFile*> by_path;
  for (const SourceFile& file : files) by_path[file.path] = &file;
  Complaints found;
  for (const SourceFile& file : files) {
    if (!is_decision(file)) continue;
    for (const std::string& name : reachable(file, by_path)) {
      for (const char* foreign : kForeign) {
        if (name.starts_with(foreign)) found.push_back(complaint(file, 1, "reaches " + name));
      }
    }
  }
  return found;
}

// Doubles and stand-ins are for tests and the sandbox.
Complaints check_doubles(const std::vector<SourceFile>& files) {
  static const std::regex pattern(R"(\b(Fake|Mock|Stub|Dummy|InMemory)[A-Z]\w*)");
  Complaints found;
  for (const SourceFile& file : files) {
    std::smatch match;
    if (file.module() == "sandbox" || !std::regex_search(file.code, match, pattern)) continue;
    const int line = line_of(file.code, static_cast<std::size_t>(match.position()));
    found.push_back(complaint(file, line, match.str() + " belongs in tests/"));
  }
  return found;
}

// A column that is added must not move those behind it: rows are read by their Columns, or all at
// once in the order of their statement.
Complaints check_rows(const std::vector<SourceFile>& files) {
  static const std::regex pattern(R"(\b(row|rows|result|found)(\[\d+\])?\[\d+\])");
  Complaints found;
  for (const SourceFile& file : files) {
    std::smatch match;
    if (!holds_sql(file) || !std::regex_search(file.code, match, pattern)) continue;
    const int line = line_of(file.code, static_cast<std::size_t>(match.position()));
    found.push_back(complaint(file, line, match.str() + " counts columns"));
  }
  return found;
}

TEST(Borders, ColumnsAreNotCounted) {
  const Complaints found = check_rows(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Borders, EachLibraryStaysBehindItsModule) {
  const Complaints found = check_borders(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Borders, DecisionsKnowNoWireNoDatabaseAndNoLog) {
  const Complaints found = check_decisions(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Borders, TheProductContainsNoDoubles) {
  const Complaints found = check_doubles(product_files());
  EXPECT_TRUE(found.empty()) << joined(found);
}

TEST(Borders, PlantedViolationsAreCaught) {
  const auto one = [](const char* path, const char* include) {
    return check_borders({make_source(path, std::string("#include ") + include + "\n")}).size();
  };
  EXPECT_EQ(one("src/payments/payment_service.cpp", "<pqxx/pqxx>"), 1U);
  EXPECT_EQ(one("src/payments/payment_operations.cpp", "<pqxx/pqxx>"), 0U);
  EXPECT_EQ(one("include/remit/payments/payment_operations.hpp", "\"remit/storage/values.hpp\""),
            1U);
  EXPECT_EQ(one("src/engine/saga_actor.cpp", "\"remit/engine/saga_sql.hpp\""), 1U);
  EXPECT_EQ(one("src/engine/saga_sql.cpp", "\"remit/storage/transaction.hpp\""), 0U);
  EXPECT_EQ(one("src/providers/ramp.cpp", "<boost/beast/http.hpp>"), 1U);
  EXPECT_EQ(one("src/net/session.cpp", "<boost/beast/http.hpp>"), 0U);
  EXPECT_EQ(one("src/engine/runner.cpp", "<spdlog/spdlog.h>"), 1U);
  EXPECT_EQ(one("src/engine/runner.cpp", "<prometheus/counter.h>"), 1U);
  EXPECT_EQ(one("include/remit/metrics/metrics.hpp", "<prometheus/registry.h>"), 1U);
  EXPECT_EQ(one("src/metrics/metrics.cpp", "<prometheus/registry.h>"), 0U);
  EXPECT_EQ(one("src/engine/runner.cpp", "<gtest/gtest.h>"), 1U);
  EXPECT_EQ(one("src/payments/payment_routes.cpp", "\"remit/payments/payment_operations.hpp\""),
            1U);

  const auto reads = [](const char* code) {
    return check_rows({make_source("src/quotes/quote_sql.cpp", code)}).size();
  };
  EXPECT_EQ(reads("read<Uuid>(row[18]);"), 1U);
  EXPECT_EQ(reads("read<bool>(rows[0][0]);"), 1U);
  EXPECT_EQ(reads("for (const auto& row : rows) read_row<Uuid>(row); keys[0];"), 0U);

  const SourceFile words =
      make_source("include/remit/engine/words.hpp", "#include <nlohmann/json.hpp>\n");
  const SourceFile machine =
      make_source("include/remit/engine/saga_machine.hpp", "#include \"remit/engine/words.hpp\"\n");
  EXPECT_EQ(check_decisions({words, machine}).size(), 1U) << "through a header of ours";
  EXPECT_EQ(check_doubles({make_source("src/net/a.cpp", "class FakeServer {};")}).size(), 1U);
}

}  // namespace
}  // namespace remit::house
