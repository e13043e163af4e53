// A blocking HTTP client for tests: one connection per request, answers with their JSON read.
//
// Any thread; objects are addresses and nothing else. `send` throws std::runtime_error when there
// is no whole answer within RawSocket's limit; `attempt` gives nothing then.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/raw_socket.hpp"

namespace remit::test {

using Json = nlohmann::json;
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpAnswer : RawAnswer {
  /// Discarded (and so unequal to everything) when the body is not JSON.
  [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
  /// The member `code` of a problem, or "".
  [[nodiscard]] std::string code() const;
};

class HttpApi {
 public:
  explicit HttpApi(std::uint16_t port) : port_(port) {}
  explicit HttpApi(std::string socket_path) : socket_path_(std::move(socket_path)) {}

  [[nodiscard]] RawSocket connect() const;
  /// A body gets the JSON content type unless the headers name another.
  [[nodiscard]] HttpAnswer send(const std::string& method, const std::string& target,
                                const std::string& body = {},
                                const HttpHeaders& headers = {}) const;
  [[nodiscard]] std::optional<HttpAnswer> attempt(const std::string& method,
                                                  const std::string& target,
                                                  const std::string& body = {},
                                                  const HttpHeaders& headers = {}) const;

  [[nodiscard]] HttpAnswer get(const std::string& target, const HttpHeaders& headers = {}) const {
    return send("GET", target, {}, headers);
  }
  [[nodiscard]] HttpAnswer post(const std::string& target, const Json& body,
                                const HttpHeaders& headers = {}) const {
    return send("POST", target, body.dump(), headers);
  }

 private:
  std::uint16_t port_ = 0;
  std::string socket_path_;
};

/// The bytes of a request.
[[nodiscard]] std::string http_request(const std::string& method, const std::string& target,
                                       const std::string& body = {},
                                       const HttpHeaders& headers = {});

/// Asks until it is so; false when it is not so after `timeout`.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition,
                              std::chrono::milliseconds timeout = std::chrono::seconds(45)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace remit::test
