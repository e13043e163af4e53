// What clients may be told: one key, one effect, one answer.
#include <utility>

#include "remit/engine/saga.hpp"
#include "simulation/client.hpp"
#include "simulation/tables.hpp"

namespace remit::simulation {
namespace {

bool is_other_request(const Promise& promise, const ClientRequest& request) {
  return request.amount.minor != promise.amount.minor || request.fingerprint != promise.fingerprint;
}

std::string described(const ClientAnswer& told) {
  return std::to_string(told.status) + " " + std::string(told.code) + " " + told.body;
}

}  // namespace

void Clients::judge(Promise& promise, const ClientRequest& request, const ClientAnswer& told) {
  const std::uint64_t subject = promise.payment_id ? subject_of(*promise.payment_id) : 0;
  world_.log.note(EventKind::answer_told, kWorld, subject, told.code, told.status);
  if (told.status == 500) {
    world_.log.violation("a request met an unexpected condition: " + promise.key, subject);
  }
  if (request.type == ClientRequest::Type::get) {
    const bool is_own = request.tenant == promise.tenant;
    if (is_own && told.status == 404) {
      world_.log.violation("accepted, but cannot be read", subject);
    }
    if (!is_own && told.payment) world_.log.violation("another tenant may read it", subject);
    return;
  }
  if (request.type == ClientRequest::Type::cancel) {
    if (!told.payment) return;
    world_.log.note(EventKind::cancelled, kWorld, subject);
    promise.cancelled = true;
    if (told.payment->saga.status != engine::kCancelled) {
      world_.log.violation("cancelled, and shown as " + told.payment->saga.status, subject);
    }
    return;
  }
  if (told.stored) {
    judge_stored(promise, request, told);
  } else {
    judge_problem(promise, request, told);
  }
}

void Clients::judge_stored(Promise& promise, const ClientRequest& request,
                           const ClientAnswer& told) {
  const Tables& tables = world_.database.committed();
  RunLog& log = world_.log;
  if (told.status == 202) {
    const auto id = Uuid::parse(told.resource_id);
    const std::uint64_t subject = id ? subject_of(*id) : 0;
    if (!id || tables.saga(promise.tenant, *id) == nullptr) {
      log.violation("accepted, but not in the database: " + told.body, subject);
      return;
    }
    if (!promise.payment_id) promise.payment_id = *id;
  }
  const std::uint64_t subject = promise.payment_id ? subject_of(*promise.payment_id) : 0;
  if (is_other_request(promise, request)) {
    log.violation("another request was answered under the key " + promise.key, subject);
  }
  if (request.strict && promise.held) {
    log.violation("a repetition was replayed although it was not wanted: " + promise.key, subject);
  }
  if (!told.replayed && ++promise.executions > 1) {
    log.violation("one key was executed twice: " + promise.key, subject);
  }
  if (promise.quote_was_taken && told.status == 202) {
    log.violation("refused for good, then accepted: " + promise.key, subject);
  }
  if (!promise.held) {
    promise.held = told;
  } else if (promise.held->status != told.status || promise.held->body != told.body) {
    log.violation(
        "one key was told two answers: " + described(*promise.held) + " and " + described(told),
        subject);
  }
}

void Clients::judge_problem(Promise& promise, const ClientRequest& request,
                            const ClientAnswer& told) {
  const std::uint64_t subject = promise.payment_id ? subject_of(*promise.payment_id) : 0;
  RunLog& log = world_.log;
  if (told.code == "DUPLICATE_REQUEST" && !request.strict) {
    log.violation("a repetition was refused although replay was wanted: " + promise.key, subject);
  }
  if (told.code == "IDEMPOTENCY_KEY_REUSED" && !is_other_request(promise, request)) {
    log.violation("the same request was refused as another: " + promise.key, subject);
  }
  if (told.code == "QUOTE_ALREADY_USED") {
    if (promise.payment_id) {
      log.violation("accepted, then refused for its own quote: " + promise.key, subject);
    }
    promise.quote_was_taken = true;
  }
}

}  // namespace remit::simulation
