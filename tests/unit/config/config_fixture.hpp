// A configuration file in a folder of its own, and what `load` makes of it.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "remit/config/load.hpp"
#include "support/files.hpp"

namespace remit::config {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() { request_.default_file = path(); }

  [[nodiscard]] std::string path() const { return folder_ / "remit.toml"; }

  void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }

  /// The configuration, which has to be valid.
  [[nodiscard]] Config loaded() const {
    const auto loaded = load(request_);
    EXPECT_TRUE(loaded) << loaded.error();
    return loaded.value_or(Loaded()).config;
  }

  /// What is said of a configuration that is taken.
  [[nodiscard]] std::vector<std::string> warnings() const {
    const auto loaded = load(request_);
    EXPECT_TRUE(loaded) << loaded.error();
    return loaded.value_or(Loaded()).warnings;
  }

  /// The faults found, with the file's folder left out.
  [[nodiscard]] std::string faults() const {
    const auto loaded = load(request_);
    if (loaded) return "none";
    std::string text = loaded.error();
    const std::string folder = folder_.path() + "/";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  [[nodiscard]] std::string faults_of(const std::string& text) const {
    write(text);
    return faults();
  }

  test::TemporaryFolder folder_{"remit-config"};
  LoadRequest request_;
};

}  // namespace remit::config
