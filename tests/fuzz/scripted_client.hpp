// An HTTP client without a network: `remit::net::Client` for programs that link this file instead
// of the real one. Its calls get answers from a script, as bytes that the real reader of answers
// reads.
#pragma once

#include <string>
#include <vector>

#include "remit/net/client.hpp"

namespace remit::fuzz {

struct Script {
  std::vector<std::string> answers;  ///< the bytes of each; a call without one gets none
  std::vector<net::Call> calls;      ///< as they were made
};

/// Of the client that is in use.
[[nodiscard]] Script& script();

[[nodiscard]] std::unique_ptr<net::Client> scripted_client(std::vector<std::string> answers);

/// Reads bytes of one answer as they may arrive, in pieces; the same however they are cut.
[[nodiscard]] net::CallResult read_answer(net::Method method, const std::string& bytes);

}  // namespace remit::fuzz
