#include "remit/providers/verdict.hpp"

#include <utility>

#include "remit/base/text.hpp"

namespace remit::providers {
namespace {

constexpr std::size_t kMaxTextLength = 300;

/// About the caller, the way or the exchange, not about the operation: a credential or a route is
/// missing, or another exchange of the same operation is under way. It may be otherwise in a
/// minute.
bool is_about_the_exchange(int status) {
  switch (status) {
    case 401:
    case 403:
    case 404:
    case 405:
    case 407:
    case 408:
    case 409:
    case 413:
    case 425:
      return true;
    default:
      return false;
  }
}

bool is_4xx(Reply reply) { return reply.status >= 400 && reply.status < 500; }

bool is_own_refusal(Reply reply) { return is_4xx(reply) && reply.body == Reply::Body::problem; }

bool is_refusal_by_ramp(Reply reply) {
  return is_own_refusal(reply) && !is_about_the_exchange(reply.status);
}

Outcome unknown(Reply reply, std::string error, Duration latency) {
  Outcome outcome = make_outcome(Outcome::Status::unknown, std::move(error), latency);
  outcome.turned_down = is_4xx(reply) || reply.body == Reply::Body::problem;
  return outcome;
}

/// `own`: what the provider's own 404 has for a body.
Outcome absence(Reply reply, Reply::Body own, std::string error, Duration latency) {
  if (reply.status == 404 && reply.body == own) {
    return make_outcome(Outcome::Status::not_found, {}, latency);
  }
  if (reply.status == 404) error += ", but not in the provider's own words";
  return make_outcome(Outcome::Status::unknown, std::move(error), latency);
}

}  // namespace

std::string shortened(std::string text) {
  text.resize(clip_text(text, kMaxTextLength).size());
  return text;
}

Outcome make_outcome(Outcome::Status status, std::string error, Duration latency) {
  Outcome outcome;
  outcome.status = status;
  outcome.error = shortened(std::move(error));
  outcome.latency = latency;
  return outcome;
}

Outcome charge_verdict(Reply reply, std::string error, Duration latency) {
  if (reply.status == 429) {
    Outcome outcome = make_outcome(Outcome::Status::rejected, std::move(error), latency);
    outcome.passing = true;
    outcome.not_attempted = true;
    return outcome;
  }
  Outcome outcome = unknown(reply, std::move(error), latency);
  // What a processor says instead of doing the work. A 500 with words is a database that failed it
  // amid the work, and may have recorded the charge all the same.
  outcome.answered = reply.status == 500 && reply.body == Reply::Body::none;
  return outcome;
}

Outcome transfer_verdict(Reply reply, std::string error, Duration latency) {
  if (!is_refusal_by_ramp(reply)) {
    Outcome outcome = unknown(reply, std::move(error), latency);
    outcome.in_own_form = is_own_refusal(reply);
    return outcome;
  }
  Outcome outcome = make_outcome(Outcome::Status::rejected, std::move(error), latency);
  outcome.passing = reply.status == 423 || reply.status == 429;
  outcome.not_attempted = reply.status == 429;
  return outcome;
}

Outcome duplicate_verdict(Outcome asked, Duration latency) {
  if (asked.status == Outcome::Status::not_found) {
    // Known as a duplicate, yet not on record: the one before may be about to be recorded.
    asked.status = Outcome::Status::unknown;
    asked.error = "refused as already recorded, but not on record";
    asked.in_own_form = true;
    asked.turned_down = true;
  } else if (asked.status == Outcome::Status::unknown) {
    asked.error = shortened("refused as already recorded; when asked: " + asked.error);
    asked.turned_down = true;
  }
  asked.latency += latency;
  return asked;
}

Outcome charge_absence(Reply reply, std::string error, Duration latency) {
  return absence(reply, Reply::Body::none, std::move(error), latency);
}

Outcome transfer_absence(Reply reply, std::string error, Duration latency) {
  return absence(reply, Reply::Body::problem, std::move(error), latency);
}

}  // namespace remit::providers
