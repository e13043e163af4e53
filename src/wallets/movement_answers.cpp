#include "movement_answers.hpp"

#include "remit/net/http.hpp"
#include "wallet_json.hpp"

namespace remit::wallets {
namespace {

using idempotency::Answer;
using idempotency::Execution;

/// What is about the request itself is kept with the key and answered again; 404 and 409 are about
/// this moment.
Execution refuse(const MovementRequest& request, const Problem& problem) {
  if (problem.code.status != 422) return fail(problem);
  return Answer{.status = problem.code.status,
                .body = net::problem_body(problem, request.problem_request_id),
                .resource_id = {},
                .location = {}};
}

}  // namespace

Execution answer_to_opening(const MovementRequest& request, const Result<Wallet>& opened) {
  if (!opened) return refuse(request, opened.error());
  return Answer{.status = 201,
                .body = wallet_json(*opened),
                .resource_id = opened->user_id,
                .location = "/wallets/" + opened->user_id};
}

Execution answer_to_one(const MovementRequest& request, const Result<Transfer>& made) {
  if (!made) return refuse(request, made.error());
  const bool is_capture = std::holds_alternative<CaptureHold>(request.movement);
  const std::string id = made->id.to_string();
  return Answer{.status = is_capture ? 200 : 201,
                .body = transfer_json(*made),
                .resource_id = id,
                .location = is_capture ? "" : "/transactions/" + id};
}

Execution answer_to_batch(const MovementRequest& request, std::span<const Result<Transfer>> made) {
  net::JsonWriter json;
  json.reserve(512 * made.size());
  json.begin_object().name("data").begin_array();
  std::int64_t index = 0;
  for (const Result<Transfer>& each : made) {
    json.begin_object().member("index", index++);
    json.member("status", std::int64_t{each ? 201 : each.error().code.status});
    if (each) {
      json.raw_member("transaction", transfer_json(*each));
    } else {
      json.raw_member("problem", net::problem_body(each.error(), request.problem_request_id));
    }
    json.end_object();
  }
  json.end_array().end_object();
  return Answer{.status = 200, .body = json.take(), .resource_id = {}, .location = {}};
}

}  // namespace remit::wallets
