#include "remit/net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace remit::net {
namespace {

/// Enough for anything, where there is no limit.
constexpr rlim_t kMost = 1U << 30U;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit wanted{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &wanted) == 0) limit = wanted;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kMost));
}

}  // namespace remit::net
