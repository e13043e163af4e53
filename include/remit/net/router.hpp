// The table of routes: method and pattern to handler. Built once at start, read by every session.
//
// A pattern is a path whose segments are literal or `{name}`; literal segments win over parameters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "remit/net/http.hpp"

namespace remit::net {

struct Route {
  Method method;
  std::string pattern;  ///< "/payments/{payment_id}/cancel"
  Handler handler;
};

class Router {
 public:
  void add(Method method, std::string pattern, Handler handler);

  /// For the test that holds the OpenAPI document to the routes.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;      ///< null: nothing answers this method here
    std::vector<Method> allowed;       ///< of the path; empty: unknown path (404), else 405 with Allow
    std::vector<std::pair<std::string, std::string>> parameters;
  };
  /// HEAD is answered by GET routes.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace remit::net
