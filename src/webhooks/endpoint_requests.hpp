// Reads requests about endpoints from HTTP, with all faults at once. Pure.
#pragma once

#include "remit/net/http.hpp"
#include "remit/webhooks/endpoint_service.hpp"

namespace remit::webhooks {

struct NewEndpoint {
  EndpointWish wish;
  KeyKind kind = KeyKind::shared;
};

[[nodiscard]] Result<NewEndpoint> read_new_endpoint(const net::Request& request,
                                                    const EndpointSettings& settings);
[[nodiscard]] Result<EndpointWish> read_change(const net::Request& request,
                                               const EndpointSettings& settings);

struct Rotation {
  Duration grace{kUsualGrace};
  std::optional<KeyKind> kind;
};

/// An empty body is one without members.
[[nodiscard]] Result<Rotation> read_rotation(const net::Request& request);

/// Whether the body of an endpoint's answer is to be shown: `?with_answer=true`.
[[nodiscard]] Result<bool> read_with_answer(const net::Request& request);

/// Of the path; kEndpointNotFound for what is no id.
[[nodiscard]] Result<Uuid> read_endpoint_id(const net::Request& request);

}  // namespace remit::webhooks
