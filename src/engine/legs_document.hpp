// The legs of a saga as the JSON document of its row. Members that have their default are left out,
// so that a charge's document stays small. What is read was written here; anything else throws
// std::runtime_error, a defect that the storage layer reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "remit/engine/saga.hpp"

namespace remit::engine {

[[nodiscard]] std::string write_legs(const std::vector<Leg>& legs);
[[nodiscard]] std::vector<Leg> read_legs(std::string_view document);

}  // namespace remit::engine
