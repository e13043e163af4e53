// What a claim of sagas without a provider finds: the condition of its SQL, for the databases of
// tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "remit/engine/saga_row.hpp"

namespace remit::test {

/// The initial version of a saga that has come to this one.
[[nodiscard]] constexpr std::int64_t initial_version_of(std::int64_t version) {
  return version >> 32 << 32;
}

/// Whether a saga that is due may be given a provider now: it is in one of the bands, or it has
/// been looked at before.
[[nodiscard]] inline bool is_ready(const engine::Saga& saga,
                                   const std::vector<engine::ReadyBand>& bands, Timestamp now) {
  if (bands.empty() || saga.version > initial_version_of(saga.version)) return true;
  return std::ranges::any_of(bands, [&saga, now](const engine::ReadyBand& band) {
    const bool is_old_enough =
        band.from_age == Duration::zero() || saga.created_at <= now - band.from_age;
    return saga.amount.currency == band.currency && saga.amount.minor >= band.least &&
           saga.amount.minor <= band.most && is_old_enough;
  });
}

}  // namespace remit::test
