// Where the database is, as libpq writes it: a URI or key=value words. Any thread.
#pragma once

#include <string>

namespace remit::storage {

/// `url` with this password instead of its own. One that libpq cannot read comes back as it is: its
/// users say why.
[[nodiscard]] std::string with_password(const std::string& url, const std::string& password);

}  // namespace remit::storage
