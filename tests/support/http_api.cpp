#include "support/http_api.hpp"

#include <algorithm>
#include <stdexcept>

namespace remit::test {

std::string HttpAnswer::code() const {
  const Json problem = json();
  return problem.is_object() ? problem.value("code", "") : "";
}

std::string http_request(const std::string& method, const std::string& target,
                         const std::string& body, const HttpHeaders& headers) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: remit.test\r\n";
  const bool names_type =
      std::ranges::any_of(headers, [](const auto& one) { return one.first == "Content-Type"; });
  if (!body.empty() && !names_type) text += "Content-Type: application/json\r\n";
  if (!body.empty() || method == "POST" || method == "PUT") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n" + body;
}

RawSocket HttpApi::connect() const {
  return socket_path_.empty() ? RawSocket::to_port(port_) : RawSocket::to_unix(socket_path_);
}

std::optional<HttpAnswer> HttpApi::attempt(const std::string& method, const std::string& target,
                                           const std::string& body,
                                           const HttpHeaders& headers) const {
  try {
    RawSocket socket = connect();
    socket.send(http_request(method, target, body, headers));
    std::optional<RawAnswer> answer = socket.read_answer(method != "HEAD");
    if (!answer) return std::nullopt;
    return HttpAnswer{std::move(*answer)};
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

HttpAnswer HttpApi::send(const std::string& method, const std::string& target,
                         const std::string& body, const HttpHeaders& headers) const {
  std::optional<HttpAnswer> answer = attempt(method, target, body, headers);
  if (!answer) throw std::runtime_error(method + " " + target + ": no answer");
  return std::move(*answer);
}

}  // namespace remit::test
