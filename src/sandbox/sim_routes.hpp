// How the member functions of a simulated provider become routes: behind the gate of its faults,
// and holding on to their provider while they run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "remit/net/router.hpp"
#include "remit/sandbox/sim.hpp"

namespace remit::sandbox {

/// A handler that run_work calls between `enter` and `leave` of the gate.
template <class T>
using Work = Result<net::Response> (T::*)(const net::Request&);

/// A handler that enters and leaves the gate itself.
template <class T>
using LongWork = Task<Result<net::Response>> (T::*)(net::Request);

template <class T>
Task<Result<net::Response>> run_work(T* sim, Access access, Work<T> work, net::Request request) {
  const std::string request_id = request.trace.request_id;
  std::optional<net::Response> instead = co_await sim->gate().enter(access, request_id);
  if (instead) co_return std::move(*instead);
  net::Response response = net::response_of((sim->*work)(request), request_id);
  co_return sim->gate().leave(access, std::move(response));
}

/// `work` of `sim`, or what a gateway answers instead; then it may be done nevertheless, unnoticed.
Task<Result<net::Response>> run_behind_gateway(std::shared_ptr<Sim> sim, Access access,
                                               Task<Result<net::Response>> work);

/// The routes of one provider; lives while they are added. Simulated providers know no keys, but
/// for tokens of their own.
template <class T>
class SimRoutes {
 public:
  SimRoutes(std::shared_ptr<T> sim, net::Router& router) : sim_(std::move(sim)), router_(router) {}

  SimRoutes& add(net::Method method, std::string pattern, Access access, Work<T> work) {
    return add(method, std::move(pattern), [sim = sim_, access, work](net::Request request) {
      return run_behind_gateway(sim, access, run_work(sim.get(), access, work, std::move(request)));
    });
  }

  SimRoutes& add(net::Method method, std::string pattern, Access access, LongWork<T> work) {
    return add(method, std::move(pattern), [sim = sim_, access, work](net::Request request) {
      return run_behind_gateway(sim, access, (*sim.*work)(std::move(request)));
    });
  }

  /// GET and PUT /admin/faults.
  SimRoutes& add_faults() {
    add(net::Method::get, "/admin/faults", Access::control, &T::show_faults);
    return add(net::Method::put, "/admin/faults", Access::control, &T::update_faults);
  }

 private:
  SimRoutes& add(net::Method method, std::string pattern, net::Handler handler) {
    router_.add({method, std::move(pattern), net::Scope::open, std::move(handler)});
    return *this;
  }

  std::shared_ptr<T> sim_;
  net::Router& router_;
};

}  // namespace remit::sandbox
