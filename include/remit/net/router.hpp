// The table of routes: method and pattern to scope and handler. Built once at start, read by every
// session.
//
// A pattern is a path whose segments are literal or `{name}`; literal segments win over parameters,
// and a parameter is never empty. Two equal routes, or a pattern without a leading slash, are a
// programmer's mistake and throw std::logic_error.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/net/http.hpp"

namespace remit::net {

struct Route {
  Method method;
  std::string pattern;  ///< "/payments/{payment_id}/cancel"
  Scope scope;          ///< what the caller's key must be good for
  Handler handler;
  /// Of a body, where more is taken than elsewhere; 0: as elsewhere. The pattern has no parameter.
  std::size_t max_body_bytes = 0;
};

/// A member function as a handler; the router keeps its object alive.
template <class T>
[[nodiscard]] Handler handler_of(std::shared_ptr<T> object,
                                 Task<Result<Response>> (T::*function)(Request)) {
  return [object = std::move(object), function](Request request) {
    return (*object.*function)(std::move(request));
  };
}

class Router {
 public:
  void add(Route route);
  void add(std::vector<Route> routes);

  /// For the test that compares the OpenAPI document with the routes.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;  ///< null: nothing answers this method here
    std::vector<Method> allowed;   ///< when there is no route; empty: unknown path (404), else 405
    std::vector<std::pair<std::string, std::string>> parameters;
  };
  /// HEAD is answered by GET routes. `path` is as it stood in the request: segments are
  /// percent-decoded here, one by one, so that an encoded slash stays inside its segment.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  /// One segment of all patterns: what may follow it, and the routes that end in it.
  struct Node {
    std::vector<std::pair<std::string, std::size_t>> literals;
    std::optional<std::size_t> parameter;
    std::vector<std::size_t> routes;
  };

  std::size_t child_for(std::size_t node, std::string_view segment);
  const Node* find(const Node& node, std::string_view rest, std::vector<std::string>& values) const;
  const Route* choose(const Node& node, Method method) const;

  std::vector<Route> routes_;
  std::vector<Node> nodes_{Node{}};
};

/// "GET, HEAD, OPTIONS": the value of an Allow header.
[[nodiscard]] std::string allow_list(std::span<const Method> methods);

}  // namespace remit::net
