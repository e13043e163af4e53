// What may be shown of a secret. Pure, any thread, never fails.
//
// Of a connection string it shows what it is sure of: parts and values that are known not to be
// secret, of a string that is well formed. A character that should have been escaped, or a key that
// libpq does not know, makes all of it "***": nobody can tell where its password ends.
#pragma once

#include <string>

namespace remit::config {

/// "***", or nothing of nothing.
[[nodiscard]] std::string mask_all(const std::string& secret);

/// A libpq connection string, as URI or as key words, without its passwords.
[[nodiscard]] std::string mask_database_password(const std::string& url);

}  // namespace remit::config
