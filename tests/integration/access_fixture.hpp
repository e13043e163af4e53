// The product with API keys: tenants and keys are made by its own commands.
//
// Main thread.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "ended_program.hpp"
#include "product_test.hpp"

namespace remit::test {

/// The last line of a text, without its end.
[[nodiscard]] inline std::string last_line(const std::string& text) {
  std::string last;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) last = line;
  return last;
}

class AccessFixture : public ProductTest {
 protected:
  Ended command(std::vector<std::string> words) { return run_command(std::move(words), config); }

  void make_tenant(const std::string& name) {
    const Ended made = command({"tenants", "create", name});
    ASSERT_EQ(made.status, 0) << made.error;
  }
  std::string make_key(const std::string& tenant, const std::string& scopes = "all",
                       const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"keys",     "create", "--tenant", tenant,
                                      "--scopes", scopes,   "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended made = command(std::move(words));
    EXPECT_EQ(made.status, 0) << made.error;
    return last_line(made.output);
  }
  static HttpHeaders bearer(const std::string& key) { return {{"Authorization", "Bearer " + key}}; }
  static std::string id_of(const std::string& key) { return key.substr(6, 36); }

  const std::vector<std::string> with_keys = {"auth.mode=keys"};
};

}  // namespace remit::test
