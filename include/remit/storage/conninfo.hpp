// The operator's connection string, completed with the settings that a session needs.
//
// Takes both forms of libpq (URI and key = value), several hosts included; the operator's own
// settings stay. Of several hosts the one that takes writes is used, also for reads: a standby may
// lag, and would not know what was just accepted. Any thread.
#pragma once

#include <expected>
#include <string>

namespace remit::storage {

/// The error is one line, without the password.
[[nodiscard]] std::expected<std::string, std::string> complete_conninfo(
    const std::string& url, const std::string& application_name);

/// `url` with this password instead of its own. One that libpq cannot read comes back as it is: its
/// users say why.
[[nodiscard]] std::string with_password(const std::string& url, const std::string& password);

}  // namespace remit::storage
