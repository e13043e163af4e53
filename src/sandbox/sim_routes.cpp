#include "sim_routes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

namespace remit::sandbox {
namespace {

Task<void> run_unheard(std::shared_ptr<Sim> /*kept*/, Task<Result<net::Response>> work) {
  const Result<net::Response> unheard = co_await std::move(work);
  static_cast<void>(unheard);
}

}  // namespace

Task<Result<net::Response>> run_behind_gateway(std::shared_ptr<Sim> sim, Access access,
                                               Task<Result<net::Response>> work) {
  std::optional<net::Response> foreign = sim->gate().intercept(access);
  if (!foreign) {
    Result<net::Response> response = co_await std::move(work);
    co_return response;
  }
  if (sim->gate().passes_on()) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, run_unheard(std::move(sim), std::move(work)),
                          boost::asio::detached);
  }
  co_return *std::move(foreign);
}

}  // namespace remit::sandbox
