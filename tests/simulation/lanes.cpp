#include "simulation/lanes.hpp"

#include <algorithm>

#include "simulation/database_impl.hpp"
#include "simulation/lanes_batch.hpp"

namespace remit::simulation {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLongestPause = std::chrono::seconds(5);
/// How often a paused process is looked at.
constexpr Duration kGlance = std::chrono::milliseconds(10);

std::chrono::steady_clock::time_point instant(Duration of_schedule) {
  return std::chrono::steady_clock::time_point(of_schedule);
}

Problem unreachable() { return again_later(kUnavailable, "the database cannot be reached"); }

}  // namespace

/// storage/lane.cpp: connect, serve batches until the connection is lost, connect again.
class Lane {
 public:
  explicit Lane(Lanes& lanes)
      : lanes_(lanes),
        batch_(lanes.machine_, lanes.database_, sleeper_, lanes.read_only_),
        life_(run()) {
    life_.start();
  }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane() = default;

  [[nodiscard]] bool is_idle() const { return is_idle_; }
  void wake() {
    is_idle_ = false;
    sleeper_.wake();
  }

 private:
  Work run() {
    while (true) {
      while (session_ == 0) co_await connect();
      if (lanes_.queue_.empty()) {
        is_idle_ = true;
        co_await sleeper_.until_woken();
      }
      co_await stand_still();
      co_await serve();
    }
  }

  Work connect() {
    if (pause_ > Duration::zero()) {
      const Duration pause = lanes_.database_.random.between(pause_ / 2, pause_);
      co_await sleeper_.sleep(pause);
    }
    co_await try_to_connect();
  }

  Work try_to_connect() {
    const Duration time = lanes_.database_.travel_time();
    co_await sleeper_.sleep(time);
    co_await stand_still();
    session_ = lanes_.database_.session();
    note_down(session_ == 0);
    pause_ = session_ != 0 ? Duration::zero() : std::clamp(pause_ * 2, kFirstPause, kLongestPause);
  }

  Work serve() {
    lanes_.take(batch_.commands());
    if (batch_.commands().empty()) co_return;
    batch_.plan();
    co_await batch_.run(session_);
    if (!batch_.is_linked()) co_await recover();
    batch_.answer();
  }

  // What is left is run once more on a new connection.
  Work recover() {
    session_ = 0;
    co_await try_to_connect();
    if (session_ != 0 && !batch_.is_done()) {
      co_await batch_.run(session_);
      if (!batch_.is_linked()) session_ = 0;
    }
    batch_.refuse_rest(again_later(kUnavailable, "the database connection was lost"));
  }

  Work stand_still() {
    while (lanes_.machine_.is_paused()) co_await sleeper_.sleep(kGlance);
  }

  void note_down(bool down) {
    if (down == is_down_) return;
    is_down_ = down;
    lanes_.lanes_down_ += down ? 1U : static_cast<std::size_t>(-1);
    if (lanes_.lanes_down_ == lanes_.options_.lanes) lanes_.refuse_queue(unreachable());
  }

  Lanes& lanes_;
  Sleeper sleeper_{lanes_.database_.schedule};
  LaneBatch batch_;
  std::uint64_t session_ = 0;
  Duration pause_{0};
  bool is_down_ = false;
  bool is_idle_ = false;
  Work life_;
};

Lanes::Lanes(Machine& machine, Database::Impl& database, bool read_only, LaneOptions options)
    : machine_(machine), database_(database), read_only_(read_only), options_(options) {
  for (std::size_t i = 0; i < options_.lanes; ++i) lanes_.push_back(std::make_unique<Lane>(*this));
}

Lanes::~Lanes() { is_watched_.reset(); }

void Lanes::enqueue(std::unique_ptr<storage::detail::Command> command) {
  std::optional<Problem> refusal;
  if (lanes_down_ == options_.lanes) refusal = unreachable();
  if (queue_.size() >= options_.queue_limit) {
    refusal = again_later(kOverloaded, "too many requests wait for the database");
  }
  Command* const kept = machine_.keep(std::move(command));
  if (refusal) {
    refuse(kept, *refusal);
    return;
  }
  kept->queued_at = instant(database_.schedule.now());
  queue_.push_back(kept);
  // In an event of its own: what the process does next at this instant comes into the same batch.
  const auto idle = std::ranges::find_if(lanes_, [](const auto& lane) { return lane->is_idle(); });
  if (queue_.size() == 1 && idle != lanes_.end()) {
    (*idle)->wake();
  } else if (idle == lanes_.end()) {
    watch_for_expiry();
  }
}

void Lanes::refuse_queue(const Problem& problem) {
  const Queue refused = std::exchange(queue_, {});
  for (Command* command : refused) refuse(command, problem);
}

void Lanes::refuse(Command* command, const Problem& problem) {
  command->refuse(problem);
  machine_.answer(command);
}

void Lanes::take(std::vector<Command*>& batch) {
  if (queue_.empty()) return;
  const void* const kind = queue_.front()->kind();
  Queue others;
  while (!queue_.empty()) {
    const bool is_taken = queue_.front()->kind() == kind && batch.size() < options_.max_batch;
    (is_taken ? batch.push_back(queue_.front()) : others.push_back(queue_.front()));
    queue_.pop_front();
  }
  queue_ = std::move(others);
  if (queue_.empty()) return;
  const auto idle = std::ranges::find_if(lanes_, [](const auto& lane) { return lane->is_idle(); });
  if (idle != lanes_.end()) (*idle)->wake();
}

void Lanes::watch_for_expiry() {
  if (*is_watched_) return;
  *is_watched_ = true;
  const Duration left = expiry_of_first() - database_.schedule.now();
  database_.schedule.after(left, [this, watched = std::weak_ptr(is_watched_)] {
    if (!watched.expired()) expire();
  });
}

Duration Lanes::expiry_of_first() const {
  const auto queued_at = queue_.front()->queued_at.time_since_epoch();
  return std::chrono::duration_cast<Duration>(queued_at) + options_.queue_timeout;
}

void Lanes::expire() {
  *is_watched_ = false;
  while (!queue_.empty() && expiry_of_first() <= database_.schedule.now()) {
    refuse(queue_.front(), again_later(kUnavailable, "the database was busy for too long"));
    queue_.pop_front();
  }
  if (!queue_.empty()) watch_for_expiry();
}

}  // namespace remit::simulation
