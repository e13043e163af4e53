// The examples of the README, pasted into a bash in their order as they stand, against the product
// with its simulated providers: each does what the README says, and answers in the shape that it
// shows.
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "webhook_fixture.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::minutes kEndTimeout{2};
constexpr char kBetween = '\x1E';

struct Example {
  std::string commands;
  std::string shown;     ///< what the README shows as their output
  std::string language;  ///< "json" or "text"
};

/// Each ```bash block with the block that follows it at once.
std::vector<Example> examples() {
  std::ifstream file(REMIT_ROOT "/README.md");
  std::vector<Example> all;
  std::string language;
  std::string text;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("```")) {
      if (!language.empty()) text += line + "\n";
      continue;
    }
    if (language.empty()) {
      language = line.substr(3);
      text.clear();
      continue;
    }
    if (language == "bash") all.push_back({text, "", ""});
    if (language != "bash" && !all.empty()) {
      all.back().shown = text;
      all.back().language = language;
    }
    language.clear();
  }
  return all;
}

std::vector<Json> values_of(const std::string& text) {
  std::vector<Json> values;
  std::istringstream stream(text);
  while (stream >> std::ws && stream.peek() != std::istringstream::traits_type::eof()) {
    Json value;
    stream >> value;
    values.push_back(std::move(value));
  }
  return values;
}

/// Names, order of arrays and types; not the values.
void expect_same_shape(const Json& shown, const Json& answered, const std::string& path) {
  if (shown.is_object() && answered.is_object()) {
    for (const auto& [name, member] : shown.items()) {
      ASSERT_TRUE(answered.contains(name)) << path << "." << name << " is not in " << answered;
      expect_same_shape(member, answered.at(name), path + "." + name);
    }
    for (const auto& [name, member] : answered.items()) {
      EXPECT_TRUE(shown.contains(name)) << path << "." << name << " is not shown";
    }
  } else if (shown.is_array() && answered.is_array()) {
    ASSERT_EQ(shown.size(), answered.size()) << path << ": " << answered;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      expect_same_shape(shown[i], answered[i], path + "[" + std::to_string(i) + "]");
    }
  } else {
    EXPECT_TRUE(shown.type() == answered.type() || (shown.is_number() && answered.is_number()))
        << path << ": " << shown << " and " << answered;
  }
}

/// `script` with every `address` in it replaced by `url`.
void move(std::string& script, const std::string& address, const std::string& url) {
  for (auto at = script.find(address); at != std::string::npos; at = script.find(address, at)) {
    script.replace(at, address.size(), url);
    at += url.size();
  }
}

class ReadmeTest : public WebhookFixture {
 protected:
  /// One output for each example.
  std::vector<std::string> run(const std::vector<Example>& all, std::uint16_t port) {
    std::string script = "set -euo pipefail\n";
    for (const Example& example : all) {
      script += example.commands + "printf '\\x1E'\n";
    }
    move(script, "http://127.0.0.1:9999", "http://127.0.0.1:" + std::to_string(port));
    move(script, "http://127.0.0.1:8009", world.url("webhooks"));
    ChildProcess bash({"/bin/bash", "-c", script});
    EXPECT_EQ(bash.wait(kEndTimeout), 0) << bash.standard_output() << bash.standard_error();
    std::vector<std::string> outputs;
    std::istringstream stream(bash.standard_output());
    for (std::string output; std::getline(stream, output, kBetween);) outputs.push_back(output);
    return outputs;
  }
};

TEST_F(ReadmeTest, ItsExamplesWorkAsTheyStandInTheirOrder) {
  const auto remit = start();
  const std::vector<Example> all = examples();
  ASSERT_GE(all.size(), 8U);
  const std::vector<std::string> outputs = run(all, remit->port());
  ASSERT_EQ(outputs.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].commands);
    if (all[i].language == "text") {
      EXPECT_EQ(outputs[i].substr(0, outputs[i].find('\r')) + "\n", all[i].shown);
      continue;
    }
    const std::vector<Json> shown = values_of(all[i].shown);
    const std::vector<Json> answered = values_of(outputs[i]);
    ASSERT_EQ(shown.size(), answered.size()) << outputs[i];
    for (std::size_t j = 0; j < shown.size(); ++j) {
      expect_same_shape(shown[j], answered[j], "$");
      if (shown[j].is_string()) EXPECT_EQ(shown[j], answered[j]) << "the payment's final state";
      if (shown[j].contains("status")) EXPECT_EQ(shown[j].at("status"), answered[j].at("status"));
    }
  }
}

}  // namespace
}  // namespace remit::test
