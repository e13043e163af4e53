// Endpoints in answers. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "remit/webhooks/endpoint_service.hpp"

namespace remit::webhooks {

[[nodiscard]] std::string endpoint_json(const Endpoint& endpoint);
[[nodiscard]] std::string new_secret_json(const NewSecret& made);
[[nodiscard]] std::string attempt_json(const Attempt& attempt, bool with_answer);
/// The array alone.
[[nodiscard]] std::string public_keys_json(const std::vector<PublicKey>& keys);

}  // namespace remit::webhooks
