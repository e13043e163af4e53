// How many sagas of a tenant this instance may work on at once, of all kinds together. Those that
// rest until their next poll are not counted.
//
// Asked often, on the loop thread: answers from memory. What is beyond a bound stays due, here or
// for another instance; raising a bound is seen at the next look for work.
#pragma once

#include <cstdint>
#include <optional>

#include "remit/base/interface.hpp"
#include "remit/base/tenant.hpp"

namespace remit::engine {

class TenantBounds : public Interface {
 public:
  /// Empty: there is none. Zero: none of its work is begun.
  [[nodiscard]] virtual std::optional<std::int64_t> bound_of(TenantId tenant) const = 0;
};

}  // namespace remit::engine
