// What may be shown of a secret. Pure, any thread, never fails.
#pragma once

#include <string>

namespace remit::config {

/// "***", or nothing of nothing.
[[nodiscard]] std::string mask_all(const std::string& secret);

/// A libpq connection string, as URI or as key words, without its passwords.
[[nodiscard]] std::string mask_database_password(const std::string& url);

}  // namespace remit::config
