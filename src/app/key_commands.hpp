// `remitd keys …`: what each command does. Main thread; the exit status of remitd is returned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/config/config.hpp"

namespace remit::app {

struct KeyOptions {
  std::string tenant = "default";
  std::string name = "by an operator";
  std::vector<std::string> scopes;
  std::string expires_in;
  std::optional<std::int64_t> requests_per_second;
  std::int64_t burst = 0;
  bool has_no_limit = false;
  bool has_usual_limit = false;
  std::string id;
  std::string overlap = "1h";  ///< for which a rotated key goes on
  bool quiet = false;
};

int create_key(const config::Config& config, const KeyOptions& options);
int rotate_key(const config::Config& config, const KeyOptions& options);
int limit_key(const config::Config& config, const KeyOptions& options);
int list_keys(const config::Config& config, const KeyOptions& options);
int revoke_key(const config::Config& config, const KeyOptions& options);

}  // namespace remit::app
