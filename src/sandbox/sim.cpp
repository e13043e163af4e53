#include "remit/sandbox/sim.hpp"

#include <utility>

#include "remit/net/json_writer.hpp"
#include "sim_answers.hpp"

namespace remit::sandbox {

Sim::Sim(SimContext context, FaultGate::Answers answers)
    : context_(std::move(context)),
      faults_(context_.seed, context_.name),
      gate_(faults_, *context_.pauses, answers) {}

Result<void> Sim::keep(std::string_view record) {
  if (context_.journal->append(context_.name, record)) return {};
  return fail(kNotKept, "nothing was done");
}

void Sim::hide(const Uuid& operation) {
  if (faults_.settings().invisible_ms == 0) return;
  accepted_at_.emplace(operation, context_.clock.monotonic());
}

bool Sim::is_hidden(const Uuid& operation) const {
  const auto found = accepted_at_.find(operation);
  if (found == accepted_at_.end()) return false;
  const Duration age = context_.clock.monotonic() - found->second;
  return age < std::chrono::milliseconds(faults_.settings().invisible_ms);
}

Result<net::Response> Sim::show_faults(const net::Request&) {
  return net::json_response(200, faults_.to_json());
}

Result<net::Response> Sim::update_faults(const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const Result<void> updated = faults_.update(*body);
  if (!updated) return fail(updated.error());
  return net::json_response(200, faults_.to_json());
}

Result<net::Response> Sim::health(const net::Request&) {
  net::JsonWriter out;
  out.begin_object()
      .member("failing", faults_.settings().failing)
      .member("minResponseTime", faults_.settings().delay_ms)
      .end_object();
  return net::json_response(200, out.take());
}

}  // namespace remit::sandbox
