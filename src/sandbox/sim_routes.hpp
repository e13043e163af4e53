// How the member functions of a simulated provider become routes: behind the gate of its faults,
// and holding on to their provider while they run.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "remit/net/router.hpp"
#include "remit/sandbox/fault_gate.hpp"
#include "sim_answers.hpp"

namespace remit::sandbox {

template <class Sim>
using Work = Result<net::Response> (Sim::*)(const net::Request&);

template <class Sim>
using LongWork = Task<Result<net::Response>> (Sim::*)(net::Request);

template <class Sim>
Task<Result<net::Response>> run_work(std::shared_ptr<Sim> sim, FaultGate* gate, Access access,
                                     Work<Sim> work, net::Request request) {
  if (gate == nullptr) co_return ((*sim).*work)(request);
  const std::string request_id = request.trace.request_id;
  std::optional<net::Response> instead = co_await gate->enter(access, request_id);
  if (instead) co_return std::move(*instead);
  net::Response response = net::response_of(((*sim).*work)(request), request_id);
  co_return gate->leave(access, std::move(response));
}

template <class Sim>
Task<Result<net::Response>> run_long_work(std::shared_ptr<Sim> sim, LongWork<Sim> work,
                                          net::Request request) {
  Sim& target = *sim;
  Result<net::Response> response = co_await (target.*work)(std::move(request));
  co_return response;
}

inline Task<void> run_unheard(Task<Result<net::Response>> work) {
  const Result<net::Response> unheard = co_await std::move(work);
  static_cast<void>(unheard);
}

/// `work`, or what a gateway answers instead; then it may be done nevertheless, unnoticed. A
/// control has no `gate`.
inline Task<Result<net::Response>> run_behind(FaultGate* gate, Access access,
                                              Task<Result<net::Response>> work) {
  std::optional<net::Response> foreign;
  if (gate != nullptr) foreign = gate->intercept(access);
  if (!foreign) {
    Result<net::Response> response = co_await std::move(work);
    co_return response;
  }
  if (gate->passes_on()) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, run_unheard(std::move(work)), boost::asio::detached);
  }
  co_return *std::move(foreign);
}

/// The routes of one provider; lives while they are added.
template <class Sim>
class SimRoutes {
 public:
  SimRoutes(std::shared_ptr<Sim> sim, FaultGate* gate, net::Router& router)
      : sim_(std::move(sim)), gate_(gate), router_(router) {}

  SimRoutes& add(net::Method method, std::string pattern, Access access, Work<Sim> work) {
    FaultGate* gate = access == Access::control ? nullptr : gate_;
    add_open(method, std::move(pattern), [sim = sim_, gate, access, work](net::Request request) {
      return run_behind(gate, access, run_work(sim, gate, access, work, std::move(request)));
    });
    return *this;
  }

  SimRoutes& add_long(net::Method method, std::string pattern, Access access, LongWork<Sim> work) {
    FaultGate* gate = access == Access::control ? nullptr : gate_;
    add_open(method, std::move(pattern), [sim = sim_, gate, access, work](net::Request request) {
      return run_behind(gate, access, run_long_work(sim, work, std::move(request)));
    });
    return *this;
  }

  /// GET and PUT /admin/faults.
  SimRoutes& add_faults() {
    add_open(net::Method::put, "/admin/faults",
             [sim = sim_](net::Request request) { return put_faults(sim, std::move(request)); });
    add_open(net::Method::get, "/admin/faults",
             [sim = sim_](net::Request) { return get_faults(sim); });
    return *this;
  }

 private:
  /// Simulated providers know no keys, but for tokens of their own.
  void add_open(net::Method method, std::string pattern, net::Handler handler) {
    router_.add({method, std::move(pattern), net::Scope::open, std::move(handler)});
  }
  static Task<Result<net::Response>> put_faults(std::shared_ptr<Sim> sim, net::Request request) {
    co_return update_faults(sim->faults(), request);
  }
  static Task<Result<net::Response>> get_faults(std::shared_ptr<Sim> sim) {
    co_return net::json_response(200, sim->faults().to_json());
  }

  std::shared_ptr<Sim> sim_;
  FaultGate* gate_;
  net::Router& router_;
};

}  // namespace remit::sandbox
