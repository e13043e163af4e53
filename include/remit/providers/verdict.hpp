// What an answer that is no success says about an operation, and whether it is the provider's own.
//
// Gateways, proxies and firewalls answer in a provider's place, with 401, 403, 404, 408, 409, 413
// or 5xx, while the provider does the work. So only what the contract of a provider names counts:
//
//   processor, to a charge      422 (asked about) and 429; and 500 without a body, its own failure
//   processor, to a question    404 without a body: it has no such charge
//   ramp, to a transfer         4xx with a problem document that speaks of the operation
//   ramp, to a question         404 with a problem document: it never received the operation
//
// A problem document (RFC 9457) is a JSON object of the type application/problem+json that names
// its problem: with a `code`, or a `type` other than about:blank, which says no more than the
// status does. Everything else is unknown: it is asked about. Of what is unknown an Outcome still
// tells whether it was refused at all (any 4xx, any problem document), since what is refused each
// time is for a person to see, and whether the provider itself spoke, since then it is well. Pure;
// any thread.
#pragma once

#include <cstdint>
#include <string>

#include "remit/providers/leg_provider.hpp"

namespace remit::providers {

/// The parts of an answer that tell whose it is.
struct Reply {
  enum class Body : std::uint8_t { none, problem, other };
  int status = 0;
  Body body = Body::other;
};

/// The first 300 bytes or a little less, up to the end of a character: provider texts are stored,
/// logged and shown with their payment.
[[nodiscard]] std::string shortened(std::string text);
/// With its error shortened.
[[nodiscard]] Outcome make_outcome(Outcome::Status status, std::string error, Duration latency);

/// For a submitted charge or transfer. `error` and `latency` are for its record.
[[nodiscard]] Outcome charge_verdict(Reply reply, std::string error, Duration latency);
[[nodiscard]] Outcome transfer_verdict(Reply reply, std::string error, Duration latency);

/// Of a charge that was answered with 422, recorded already: `asked` is the result of a query about
/// it, which counts unless the charge is not recorded. `latency` is that of the submission.
[[nodiscard]] Outcome duplicate_verdict(Outcome asked, Duration latency);

/// For a query: not_found if the answer is the provider's own, else unknown.
[[nodiscard]] Outcome charge_absence(Reply reply, std::string error, Duration latency);
[[nodiscard]] Outcome transfer_absence(Reply reply, std::string error, Duration latency);

}  // namespace remit::providers
