// The connection string as the operator wrote it, completed with what a lane cannot do without.
//
// Takes both forms of libpq (URI and key = value), several hosts included; whatever the operator
// set stays. Any thread.
#pragma once

#include <expected>
#include <string>

namespace remit::storage {

struct ConninfoDefaults {
  std::string application_name;
  bool needs_writes = false;  ///< of several hosts, the one that takes writes
};

/// The error is one line, without the password.
[[nodiscard]] std::expected<std::string, std::string> complete_conninfo(
    const std::string& url, const ConninfoDefaults& defaults);

}  // namespace remit::storage
