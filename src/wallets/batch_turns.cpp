#include "remit/wallets/batch_turns.hpp"

#include <deque>
#include <utility>

namespace remit::wallets {
namespace {

constexpr std::size_t kMostInLine = 64;
constexpr Duration kLongestWait = std::chrono::seconds(10);

}  // namespace

struct BatchTurns::Line {
  std::deque<Waiting*> waiting;
  bool is_taken = false;
};

struct BatchTurns::Waiting {
  Waiting(std::shared_ptr<Line> its_line, std::unique_ptr<Alarm> its_alarm)
      : line(std::move(its_line)), alarm(std::move(its_alarm)) {
    line->waiting.push_back(this);
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { std::erase(line->waiting, this); }

  std::shared_ptr<Line> line;
  std::unique_ptr<Alarm> alarm;
  Turn turn;
  bool has_turn = false;
};

BatchTurns::BatchTurns(AlarmFactory& alarms) : alarms_(alarms), line_(std::make_shared<Line>()) {}

BatchTurns::Turn::~Turn() {
  if (line_ == nullptr) return;
  if (line_->waiting.empty()) {
    line_->is_taken = false;
    return;
  }
  Waiting& next = *line_->waiting.front();
  line_->waiting.pop_front();
  next.turn = Turn(std::move(line_));
  next.has_turn = true;
  next.alarm->ring();
}

Task<Result<BatchTurns::Turn>> BatchTurns::take() {
  if (!line_->is_taken) {
    line_->is_taken = true;
    co_return Turn(line_);
  }
  if (line_->waiting.size() == kMostInLine) {
    co_return fail(again_later(kOverloaded, "too many large batches wait for their turn"));
  }
  Waiting waiting(line_, alarms_.make_alarm());
  co_await waiting.alarm->wait(kLongestWait);
  if (waiting.has_turn) co_return std::move(waiting.turn);
  co_return fail(again_later(kOverloaded, "the large batches before this one take too long"));
}

}  // namespace remit::wallets
