#include "remit/storage/lanes.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "lane_core.hpp"

namespace remit::storage {
namespace {

/// A call whose socket is shut down fails at once.
constexpr std::chrono::seconds kCutTimeout{2};

}  // namespace

Lanes::Lanes(Executor loop, LaneSettings settings)
    : loop_(std::move(loop)), core_(std::make_shared<LaneCore>(loop_, std::move(settings))) {
  core_->start();
}

Lanes::~Lanes() { stop(); }

void Lanes::stop() {
  core_->begin_stop();
  core_->join();
}

Task<bool> Lanes::close(Duration timeout) {
  const std::shared_ptr<LaneCore> core = core_;
  core->begin_stop();
  bool have_left = co_await core->wait_until_left(timeout);
  if (!have_left) {
    core->guard()->cut_all();
    have_left = co_await core->wait_until_left(kCutTimeout);
  }
  co_return have_left;
}

void Lanes::refuse(const Problem& problem) { core_->refuse(problem); }

void Lanes::observe(const load::Traffic& traffic) { core_->observe(traffic); }

load::Load Lanes::level() const { return core_->level(); }

LaneStatistics Lanes::statistics() const { return core_->statistics(); }

void Lanes::submit(std::unique_ptr<detail::Command> command) {
  const std::optional<Problem> refusal = core_->refusal();
  if (!refusal) {
    core_->enqueue(std::move(command));
    return;
  }
  command->refuse(*refusal);
  boost::asio::post(loop_, [refused = std::move(command)] { refused->resume(); });
}

}  // namespace remit::storage
