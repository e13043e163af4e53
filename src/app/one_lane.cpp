#include "one_lane.hpp"

#include "settings.hpp"

namespace remit::app {
namespace {

constexpr Duration kCloseTimeout = std::chrono::seconds(2);

storage::LaneSettings command_lane(const config::Config& config) {
  storage::LaneSettings settings = database_settings(config, nullptr).write;
  settings.name = "remitd command";
  settings.lanes = 1;
  return settings;
}

}  // namespace

OneLane::OneLane(const config::Config& config)
    : loop_(1), lanes_(loop_.get_executor(), command_lane(config)) {}

OneLane::~OneLane() {
  boost::asio::co_spawn(loop_, lanes_.close(kCloseTimeout),
                        [this](const std::exception_ptr& /*defect*/, bool) { loop_.stop(); });
  loop_.restart();
  loop_.run();
}

}  // namespace remit::app
