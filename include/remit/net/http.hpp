// Requests and responses as handlers see them. No Beast type appears here: handlers never touch a
// socket or a raw message.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/task.hpp"
#include "remit/net/json.hpp"
#include "remit/telemetry/trace.hpp"

namespace remit::net {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options };

[[nodiscard]] std::string_view to_string(Method method);

struct Header {
  std::string name;
  std::string value;
};

/// Names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value);
  /// The first of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// The only one of that name: which of several is meant, nobody can say.
  [[nodiscard]] std::optional<std::string_view> find_only(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] const std::vector<Header>& all() const { return headers_; }

 private:
  std::vector<Header> headers_;
};

/// A request whose framing, size and media type were already checked by the server.
struct Request {
  Method method = Method::get;
  std::string path;                                        ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< percent-decoded, in order
  std::vector<std::pair<std::string, std::string>> path_parameters;
  Headers headers;
  std::string body;
  telemetry::TraceContext trace;  ///< request id and W3C trace, made when absent

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// The text that stood in place of `{name}` in the route's pattern; empty when there is none.
  [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
  [[nodiscard]] Result<JsonValue> json() const { return parse_json(body); }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;
  /// The session closes the connection without answering: only simulated faults use it.
  bool drop_connection = false;
  /// Likewise: the connection is closed in the middle of the body that its header promises.
  bool cut_short = false;
  /// Likewise: the pause after every byte.
  std::chrono::milliseconds trickle{0};
};

[[nodiscard]] Response json_response(int status, std::string body);

/// RFC 9457 with `code`, `request_id`, `errors` and, where it applies, the `Retry-After` header.
[[nodiscard]] Response problem_response(const Problem& problem, std::string_view request_id);

/// The body alone: what the idempotency store keeps of a refused request.
[[nodiscard]] std::string problem_body(const Problem& problem, std::string_view request_id);

using Handler = std::function<Task<Response>(Request)>;

}  // namespace remit::net
