// A configuration file in a folder of its own, and what `load` makes of it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "remit/config/load.hpp"

namespace remit::config {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "remit-config-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    request_.default_file = path();
  }
  ~ConfigTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string path() const { return (folder_ / "remit.toml").string(); }

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
    const std::string folder = folder_.string() + "/";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
      text.erase(at, folder.size());
    }
    return text;
  }

  [[nodiscard]] std::string faults_of(const std::string& text) const {
    write(text);
    return faults();
  }

  std::filesystem::path folder_;
  LoadRequest request_;
};

}  // namespace remit::config
