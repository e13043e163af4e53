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

[[nodiscard]] inline Ended run_remitd(const std::string& command, const std::string& config,
                                      const std::vector<std::string>& settings = {}) {
  const MemoryFile file(config);
  std::vector<std::string> words = {REMIT_SERVER_PROGRAM, command, "--config", file.path()};
  for (const std::string& setting : settings) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  ChildProcess process(words);
  const std::optional<int> status = process.wait(kEndTimeout);
  EXPECT_TRUE(status.has_value()) << "remitd " << command << " does not end";
  return {status.value_or(-1), process.standard_output(), process.standard_error()};
}

}  // namespace remit::test
