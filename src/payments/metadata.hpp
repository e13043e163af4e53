// The metadata of a payment: a JSON object of the client's, stored and returned as text. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <string>

#include "remit/net/json.hpp"

namespace remit::payments {

inline constexpr std::size_t kMaxMetadataMembers = 50;
inline constexpr std::size_t kMaxMetadataBytes = 16 * 1024;  ///< of the text that is stored

/// Its text, members in the order of their names and numbers as they were written; empty when there
/// is none. Faults are added to `fields`: too many members, too long, a number that a double cannot
/// hold (readers would get another number), named by its pointer.
[[nodiscard]] std::string read_metadata(net::FieldReader& fields);

}  // namespace remit::payments
