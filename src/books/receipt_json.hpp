// Checkpoints and receipts as clients see them (docs/receipts.md). Pure; any thread.
#pragma once

#include <string>

#include "remit/books/receipt_service.hpp"

namespace remit::books {

[[nodiscard]] std::string checkpoint_json(const Checkpoint& checkpoint);
/// `resource`: "/transactions/…".
[[nodiscard]] std::string receipt_json(std::string_view resource, const Receipt& receipt);

}  // namespace remit::books
