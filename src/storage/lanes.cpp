#include "remit/storage/lanes.hpp"

#include "lane_core.hpp"

namespace remit::storage {
namespace {

/// A call whose socket is shut down fails at once.
constexpr std::chrono::seconds kCutTimeout{2};

}  // namespace

Lanes::Lanes(Executor loop, LaneSettings settings)
    : core_(std::make_shared<LaneCore>(std::move(loop), std::move(settings))) {
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

std::optional<Problem> Lanes::refusal_of(LaneCore& core) { return core.refusal(); }

void Lanes::enqueue(LaneCore& core, std::unique_ptr<detail::Command> command) {
  core.enqueue(std::move(command));
}

}  // namespace remit::storage
