#include "remit/sandbox/pauses.hpp"

#include <memory>

namespace remit::sandbox {

/// Listed for as long as its coroutine waits, however that ends.
class Pauses::Waiting {
 public:
  explicit Waiting(Pauses& pauses) : pauses_(pauses), alarm_(pauses.alarms_.make_alarm()) {
    pauses_.waiting_.insert(alarm_.get());
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { pauses_.waiting_.erase(alarm_.get()); }

  [[nodiscard]] Alarm& alarm() { return *alarm_; }

 private:
  Pauses& pauses_;
  std::unique_ptr<Alarm> alarm_;
};

Task<bool> Pauses::wait(Duration delay) {
  if (ended_ || delay <= Duration::zero()) co_return !ended_;
  Waiting waiting(*this);
  co_await waiting.alarm().wait(delay);
  co_return !ended_;
}

void Pauses::end() {
  ended_ = true;
  for (Alarm* alarm : waiting_) alarm->ring();
}

}  // namespace remit::sandbox
