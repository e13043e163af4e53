#include "remit/sandbox/fault_gate.hpp"

#include <string>
#include <utility>

namespace remit::sandbox {

namespace {

constexpr std::string_view kGarbage = "<html><body>502 Bad Gateway</body></html>";
constexpr std::chrono::milliseconds kWriteTimeout{10'000};

/// Cut: the connection ends in the middle of the body that the head promises. `pause`: after every
/// byte.
Task<void> send_badly(net::Stream stream, net::Response response, bool is_cut,
                      std::chrono::milliseconds pause) {
  const std::size_t length = response.body.size();
  std::string answer = stream.head_of(response);
  answer.append(response.body, 0, is_cut ? length / 2 : length);
  const bool trickles = pause > std::chrono::milliseconds(0);
  for (std::string_view rest = answer; !rest.empty();) {
    const std::string_view piece = trickles ? rest.substr(0, 1) : rest;
    rest.remove_prefix(piece.size());
    stream.expires_after(pause + kWriteTimeout);
    const bool sent = co_await stream.write(piece);
    if (!sent) co_return;
    // A server that stops waits for its answers.
    if (trickles) co_await stream.pause(pause);
  }
}

}  // namespace

net::Response FaultGate::refusal(ProblemCode code, std::string detail,
                                 const std::string& request_id) const {
  if (answers_.is_bare) return bare_answer(code.status);
  return net::problem_response(Problem(code, std::move(detail)), request_id);
}

net::Response FaultGate::foreign_refusal() {
  net::Response response;
  response.status = faults_.draw_gateway_status();
  const bool is_page = response.status % 2 == 1;
  response.content_type = is_page ? "text/html" : "text/plain";
  response.body = is_page ? "<html><body>The page cannot be shown</body></html>"
                          : "the request could not be served\n";
  return response;
}

std::optional<net::Response> FaultGate::intercept(Access access) {
  if (!hits(access) || !faults_.happens(faults_.settings().gateway_per_million)) {
    return std::nullopt;
  }
  return foreign_refusal();
}

bool FaultGate::hits(Access access) const {
  if (access == Access::work) return true;
  return access == Access::query && faults_.settings().reads;
}

Task<std::optional<net::Response>> FaultGate::enter(Access access, std::string request_id) {
  if (!hits(access)) co_return std::nullopt;
  if (faults_.settings().delay_ms > 0) {
    const Duration delay = faults_.delay();
    const bool has_passed = co_await pauses_.wait(delay);
    if (!has_passed) co_return no_answer();
  }
  if (faults_.settings().failing) {
    const std::int64_t chosen = faults_.settings().status;
    const int status = chosen != 0 ? static_cast<int>(chosen) : answers_.failing;
    const ProblemCode code{"PROVIDER_FAILING", status, "The provider is failing"};
    co_return refusal(code, "nothing was done", request_id);
  }
  if (access == Access::work && faults_.happens(faults_.settings().reject_per_million)) {
    const ProblemCode code{"REJECTED", answers_.rejected, "The provider refuses"};
    co_return refusal(code, "refused by the simulated faults; nothing was done", request_id);
  }
  co_return std::nullopt;
}

net::Response FaultGate::leave(Access access, net::Response response) {
  if (!hits(access)) return response;
  if (faults_.happens(faults_.settings().drop_response_per_million)) return no_answer();
  if (faults_.happens(faults_.settings().garbage_per_million)) {
    return net::json_response(200, std::string(kGarbage));
  }
  if (faults_.happens(faults_.settings().late_error_per_million)) {
    return net::json_response(500, R"({"message":"failed after the work was done"})");
  }
  if (faults_.happens(faults_.settings().late_refusal_per_million)) return foreign_refusal();
  const bool is_cut = faults_.happens(faults_.settings().half_answer_per_million);
  const std::chrono::milliseconds pause(faults_.settings().trickle_ms);
  if (is_cut || pause > std::chrono::milliseconds(0)) {
    response.take_over = [is_cut, pause](net::Stream stream, net::Response broken) {
      return send_badly(stream, std::move(broken), is_cut, pause);
    };
  }
  return response;
}

net::Response bare_answer(int status) {
  net::Response response;
  response.status = status;
  response.content_type.clear();
  return response;
}

net::Response no_answer() {
  net::Response response;
  response.take_over = [](net::Stream, net::Response) -> Task<void> { co_return; };
  return response;
}

}  // namespace remit::sandbox
