// remitd run to its end, and what it left.
//
// Main thread. Fails the test when it does not end.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.hpp"

namespace remit::test {

inline constexpr std::chrono::seconds kEndTimeout{60};

struct Ended {
  int status = -1;
  std::string output;
  std::string error;
};

/// `words`: a command of remitd, and what it takes.
[[nodiscard]] inline Ended run_command(std::vector<std::string> words, const std::string& config,
                                       const std::vector<std::string>& settings = {}) {
  const MemoryFile file(config);
  words.insert(words.begin(), REMIT_SERVER_PROGRAM);
  words.insert(words.end(), {"--config", file.path()});
  for (const std::string& setting : settings) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  ChildProcess process(words);
  const std::optional<int> status = process.wait(kEndTimeout);
  EXPECT_TRUE(status.has_value()) << "remitd " << words.at(1) << " does not end";
  return {status.value_or(-1), process.standard_output(), process.standard_error()};
}

[[nodiscard]] inline Ended run_remitd(const std::string& command, const std::string& config,
                                      const std::vector<std::string>& settings = {}) {
  return run_command({command}, config, settings);
}

}  // namespace remit::test
