// Sends a test event to an endpoint at once, and tells what became of it. The event has no number:
// it is in no sequence, is not repeated, and is sent to an endpoint that is disabled, too.
//
// Owned by the Application; loop thread; outlives its requests. Problems: those of
// EndpointService::destination, and kOverloaded when `kMostTrials` are under way.
#pragma once

#include <cstddef>

#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/sender.hpp"

namespace remit::webhooks {

/// At a time, in one process: each of them may wait for as long as an endpoint may take.
inline constexpr std::size_t kMostTrials = 32;

class Trials {
 public:
  Trials(EndpointService& endpoints, Sender& sender, UuidSource& ids, const Clock& clock)
      : endpoints_(endpoints), sender_(sender), ids_(ids), clock_(clock) {}

  Task<Result<Attempt>> run(Tenant tenant, Uuid id, telemetry::TraceContext trace);

 private:
  EndpointService& endpoints_;
  Sender& sender_;
  UuidSource& ids_;
  const Clock& clock_;
  std::size_t under_way_ = 0;
};

}  // namespace remit::webhooks
