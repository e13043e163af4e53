// Masks secrets for output. Pure, any thread, never fails.
//
// Of a well-formed connection string it shows parts that are known not to be secret. A character
// that should have been escaped, or a key that libpq does not know, makes all of it "***", because
// the end of the password cannot be found.
#pragma once

#include <string>

namespace remit::config {

/// "***", or "" for an empty text.
[[nodiscard]] std::string mask_all(const std::string& secret);

/// A libpq connection string, as URI or as key words, without its passwords.
[[nodiscard]] std::string mask_database_password(const std::string& url);

}  // namespace remit::config
