#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include "remit/config/load.hpp"

namespace remit::config {
namespace {

std::vector<std::string> rows_of(const std::string& reference) {
  std::vector<std::string> rows;
  std::istringstream lines(reference);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| `")) rows.push_back(line);
  }
  return rows;
}

TEST(Reference, ThePageIsWhatTheSettingsSay) {
  std::ifstream file(REMIT_ROOT "/docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(page == print_reference())
      << "write it again: remitd check --print-reference > docs/configuration.md";
}

TEST(Reference, EverySettingSaysWhatItDoesInOneSentence) {
  for (const std::string& row : rows_of(print_reference())) {
    EXPECT_TRUE(row.ends_with(". |")) << row;
  }
}

TEST(Reference, EverySettingThatIsPrintedIsInIt) {
  const std::string reference = print_reference();
  std::istringstream lines(print_masked(Config()));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const bool is_heading = line.starts_with('[');
    const std::string wanted =
        is_heading ? "\n## `" + line + "`" : "\n| `" + line.substr(0, line.find(' ')) + "` | ";
    EXPECT_NE(reference.find(wanted), std::string::npos) << line;
  }
}

TEST(Reference, ItsVariablesAreTaken) {
  for (const std::string& row : rows_of(print_reference())) {
    const std::size_t begin = row.find("`REMIT_") + 1;
    const std::string variable = row.substr(begin, row.find('`', begin) - begin);
    LoadRequest request;
    request.default_file = "/nowhere/remit.toml";
    request.environment = {variable + "=\x01"};
    const auto loaded = load(request);
    ASSERT_FALSE(loaded) << variable;
    EXPECT_EQ(loaded.error().find("is not a setting"), std::string::npos) << loaded.error();
  }
}

}  // namespace
}  // namespace remit::config
