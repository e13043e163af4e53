// The programs of examples/, in both languages, and what they keep.
//
// Main thread. A program that does not do in time what is awaited fails the test.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/files.hpp"
#include "support/http_api.hpp"

namespace remit::test {

enum class Language : std::uint8_t { python, javascript };

[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  return all;
}

class Examples {
 public:
  explicit Examples(Language language) : language_(language) {}

  /// `name`: without its ending; the file that it keeps is the same at every start.
  [[nodiscard]] std::unique_ptr<ChildProcess> start(const std::string& name,
                                                    std::vector<std::string> words,
                                                    std::vector<std::string> environment) const {
    std::vector<std::string> all =
        is_python()
            ? std::vector<std::string>{"/usr/bin/python3", REMIT_PYTHON_EXAMPLES "/" + name + ".py"}
            : std::vector<std::string>{REMIT_NODE, REMIT_NODE_EXAMPLES "/" + name + ".mjs"};
    all.push_back(kept_);
    all.insert(all.end(), words.begin(), words.end());
    return std::make_unique<ChildProcess>(std::move(all), std::move(environment));
  }

  /// The events that it has kept, oldest first.
  [[nodiscard]] std::vector<Json> kept_events() const {
    return kept("SELECT body FROM event ORDER BY sequence");
  }
  [[nodiscard]] std::vector<Json> kept_webhooks() const {
    return kept("SELECT json_object('id', id, 'body', body) FROM inbox ORDER BY rowid");
  }

 private:
  [[nodiscard]] bool is_python() const { return language_ == Language::python; }

  [[nodiscard]] std::vector<Json> kept(const std::string& query) const {
    std::string text = content_of(kept_);
    if (is_python()) {
      ChildProcess reader({"/usr/bin/python3", "-c",
                           "import sqlite3, sys\n"
                           "for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):\n"
                           "  print(row[0])",
                           kept_, query});
      EXPECT_EQ(reader.wait(std::chrono::seconds(30)), 0) << reader.standard_error();
      text = reader.standard_output();
    }
    std::vector<Json> all;
    for (const std::string& line : lines_of(text)) all.push_back(Json::parse(line));
    return all;
  }

  Language language_;
  TemporaryFolder folder_;
  std::string kept_ = folder_ / "kept";
};

/// Awaits a word in what the program says.
inline void await_said(const ChildProcess& program, const std::string& word) {
  EXPECT_TRUE(eventually([&] {
    return program.standard_output().find(word) != std::string::npos ||
           program.standard_error().find(word) != std::string::npos;
  })) << "it does not say \""
      << word << "\":\n"
      << program.standard_output() << program.standard_error();
}

}  // namespace remit::test
