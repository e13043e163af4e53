// The connection string as the operator wrote it, completed with what a lane cannot do without.
//
// Takes both forms of libpq (URI and key = value), several hosts included; whatever the operator
// set stays. Of several hosts the one that takes writes is meant, for reads, too: a standby may be
// behind, and would not know what was accepted a moment ago. Any thread.
#pragma once

#include <expected>
#include <string>

namespace remit::storage {

struct ConninfoDefaults {
  std::string application_name;
};

/// The error is one line, without the password.
[[nodiscard]] std::expected<std::string, std::string> complete_conninfo(
    const std::string& url, const ConninfoDefaults& defaults);

}  // namespace remit::storage
