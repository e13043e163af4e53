// The operator's connection string, completed with the settings that a lane needs.
//
// Takes both forms of libpq (URI and key = value), several hosts included; the operator's own
// settings stay. Of several hosts the one that takes writes is used, also for reads: a standby may
// lag, and would not know what was just accepted. Any thread.
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
