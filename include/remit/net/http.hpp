// Requests and responses as handlers see them. No Beast type appears here: handlers never touch a
// socket or a raw message.
#pragma once

#include <array>
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
#include "remit/net/principal.hpp"
#include "remit/net/stream.hpp"
#include "remit/telemetry/trace.hpp"

namespace remit::net {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options };
inline constexpr std::array kMethods = {Method::get,   Method::head,    Method::post,   Method::put,
                                        Method::patch, Method::delete_, Method::options};

[[nodiscard]] std::string_view to_string(Method method);

/// Whether its requests have a body that means something.
[[nodiscard]] constexpr bool may_carry_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

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
  /// The only one of that name: of several none can be preferred.
  [[nodiscard]] std::optional<std::string_view> find_only(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// Whether the Content-Type is this one, whatever its parameters.
  [[nodiscard]] bool has_media_type(std::string_view type) const;
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
  telemetry::TraceContext trace;    ///< request id and W3C trace, made when absent
  std::optional<Principal> caller;  ///< set for every route that asks for a scope
  bool wants_bare_lists = false;    ///< of a server that is compatible with simpler ones
  bool is_http_1_0 = false;         ///< its sender knows no upgrade
  /// Whether the page that sent it may read its answer: it is of this server or of an origin in
  /// `cors_origins`. Also true when no page sent it.
  bool is_origin_allowed = true;

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
  /// The text that stood in place of `{name}` in the route's pattern; empty when there is none.
  [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
  [[nodiscard]] Result<JsonValue> json(std::size_t most_values = kMaxValues) const {
    return parse_json(body, most_values);
  }
  /// Of the caller. Throws std::logic_error on a route that answers everybody: it has none.
  [[nodiscard]] Tenant tenant() const;
};

struct Response;

/// Speaks on the connection in the response's place, which is handed to it.
using TakeOver = std::function<Task<void>(Stream, Response)>;

/// How the end of a body is told.
enum class Framing : std::uint8_t {
  by_length,
  chunked,
  by_close  ///< to a client that knows no chunks
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;
  Framing framing = Framing::by_length;  ///< another one is of a response that is taken over
  /// When set, the session sends nothing: the connection is this function's until its coroutine
  /// ends, and is closed then. HEAD is answered without it.
  TakeOver take_over = nullptr;
};

[[nodiscard]] Response json_response(int status, std::string body);

/// The only one that there is, in the RateLimit headers.
inline constexpr std::string_view kRateLimitPolicy = "default";

/// RFC 9457 with `code`, `request_id`, `errors` and, where it applies, `Retry-After`.
[[nodiscard]] Response problem_response(const Problem& problem, std::string_view request_id);

/// The body alone: what the idempotency store keeps of a refused request.
[[nodiscard]] std::string problem_body(const Problem& problem, std::string_view request_id);

/// A problem is answered as a problem document.
using Handler = std::function<Task<Result<Response>>(Request)>;

/// A problem becomes its document.
[[nodiscard]] Response response_of(Result<Response> result, std::string_view request_id);

}  // namespace remit::net
