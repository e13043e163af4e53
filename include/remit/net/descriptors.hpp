// How many sockets and files this process may have open. At start, before threads exist.
#pragma once

#include <cstddef>

namespace remit::net {

/// Raises the soft limit to the hard one, and returns what it is then. Where that is not allowed
/// it stays as it is.
std::size_t raise_descriptor_limit();

}  // namespace remit::net
