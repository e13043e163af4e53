// Cross-origin rules of the Fetch standard, as configured by `cors_origins` ("*" allows every
// origin). Read-only after construction. No credentials are ever allowed: keys travel in
// Authorization, which a page has to set itself.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/net/http.hpp"

namespace remit::net {

class Cors {
 public:
  explicit Cors(std::vector<std::string> origins);

  /// Adds what a page of `origin` needs to read the response; nothing when no origin is configured.
  void decorate(Response& response, std::optional<std::string_view> origin) const;

  /// The answer to OPTIONS: always Allow, and for an allowed origin's preflight what it may send.
  [[nodiscard]] Response answer_options(const Headers& headers,
                                        std::span<const Method> allowed) const;

  /// Whether a page may read what it asked for: its origin is configured, or is this server as its
  /// Host names it. A request without Origin comes from no page. Browsers do not ask this for
  /// WebSockets, so the server has to.
  [[nodiscard]] bool admits(const Headers& headers) const;

 private:
  [[nodiscard]] bool allows(std::string_view origin) const;

  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace remit::net
