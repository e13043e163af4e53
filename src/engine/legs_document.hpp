// The legs of a saga as the JSON document of its row: what differs from the legs of its plan, and
// from its columns. Members that follow are left out, since each byte is stored, logged and copied
// with each step. A document was written by this version or a newer one; one that this version does
// not understand throws std::exception with a reason for the log.
#pragma once

#include <optional>
#include <string>

#include "remit/engine/saga_row.hpp"

namespace remit::engine {

[[nodiscard]] std::string write_legs(const Saga& saga);
/// Into a saga with its plan, id and amount. Without a document its legs are those of its plan, as
/// far as the columns do not say more.
void read_legs(Saga& saga, const std::optional<std::string>& document, const ShownLeg& shown);
/// Throws when the legs are not what the saga's plan makes of it, step by step.
void check_legs(const Saga& saga);

}  // namespace remit::engine
