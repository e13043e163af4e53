#include "pacing.hpp"

#include <algorithm>
#include <utility>

namespace remit::bench {
namespace {

class ClosedPacing : public Pacing {
 public:
  explicit ClosedPacing(std::size_t connections) : connections_(connections) {}
  [[nodiscard]] std::size_t opened_first() const override { return connections_; }
  void idle(std::size_t connection, Nanoseconds now, Sender& sender) override {
    sender.send(connection, now);
  }
  Nanoseconds tick(Nanoseconds, Sender&) override { return kNever; }

 private:
  std::size_t connections_;
};

class HoldPacing : public Pacing {
 public:
  explicit HoldPacing(std::size_t connections) : has_sent_(connections, false) {}
  [[nodiscard]] std::size_t opened_first() const override { return has_sent_.size(); }
  void idle(std::size_t connection, Nanoseconds now, Sender& sender) override {
    if (has_sent_[connection]) return;
    has_sent_[connection] = true;
    sender.send(connection, now);
  }
  Nanoseconds tick(Nanoseconds, Sender&) override { return kNever; }

 private:
  std::vector<bool> has_sent_;
};

class OpenPacing : public Pacing {
 public:
  OpenPacing(std::size_t connections, double rate, Nanoseconds begin, Nanoseconds end)
      : connections_(connections),
        interval_(static_cast<double>(kSecond) / rate),
        begin_(begin),
        total_(static_cast<std::size_t>(static_cast<double>(end - begin) / interval_)) {}

  [[nodiscard]] std::size_t opened_first() const override { return connections_; }

  void idle(std::size_t connection, Nanoseconds now, Sender& sender) override {
    free_.push_back(connection);
    tick(now, sender);
  }

  Nanoseconds tick(Nanoseconds now, Sender& sender) override {
    while (!free_.empty() && sent_ < total_ && due() <= now) {
      const std::size_t connection = free_.front();
      free_.pop_front();
      const Nanoseconds since = due();
      ++sent_;
      sender.send(connection, since);
    }
    return free_.empty() || sent_ == total_ ? kNever : due();
  }

  [[nodiscard]] std::size_t unsent() const override { return total_ - sent_; }

 private:
  [[nodiscard]] Nanoseconds due() const {
    return begin_ + static_cast<Nanoseconds>(interval_ * static_cast<double>(sent_));
  }

  std::size_t connections_;
  double interval_;
  Nanoseconds begin_;
  std::size_t total_;
  std::size_t sent_ = 0;
  std::deque<std::size_t> free_;
};

class RampPacing : public Pacing {
 public:
  RampPacing(Ramp ramp, Nanoseconds begin, Nanoseconds end)
      : ramp_(ramp), begin_(begin), length_(end - begin) {}

  [[nodiscard]] std::size_t opened_first() const override { return 0; }

  void idle(std::size_t connection, Nanoseconds now, Sender&) override {
    pausing_.emplace_back(now + ramp_.pause, connection);
  }

  Nanoseconds tick(Nanoseconds now, Sender& sender) override {
    while (users_ < wanted(now)) sender.send(users_++, now);
    while (!pausing_.empty() && pausing_.front().first <= now) {
      const std::size_t connection = pausing_.front().second;
      pausing_.pop_front();
      sender.send(connection, now);
    }
    return std::min(next_user(), pausing_.empty() ? kNever : pausing_.front().first);
  }

 private:
  [[nodiscard]] std::size_t wanted(Nanoseconds now) const {
    const double share = static_cast<double>(now - begin_) / static_cast<double>(length_);
    const double more = static_cast<double>(ramp_.to - ramp_.from) * std::clamp(share, 0.0, 1.0);
    return ramp_.from + static_cast<std::size_t>(more);
  }

  [[nodiscard]] Nanoseconds next_user() const {
    if (users_ >= ramp_.to) return kNever;
    const double share =
        static_cast<double>(users_ + 1 - ramp_.from) / static_cast<double>(ramp_.to - ramp_.from);
    return begin_ + static_cast<Nanoseconds>(share * static_cast<double>(length_)) + 1;
  }

  Ramp ramp_;
  Nanoseconds begin_;
  Nanoseconds length_;
  std::size_t users_ = 0;
  std::deque<std::pair<Nanoseconds, std::size_t>> pausing_;  ///< in order: all pause as long
};

}  // namespace

std::unique_ptr<Pacing> closed_pacing(std::size_t connections) {
  return std::make_unique<ClosedPacing>(connections);
}

std::unique_ptr<Pacing> hold_pacing(std::size_t connections) {
  return std::make_unique<HoldPacing>(connections);
}

std::unique_ptr<Pacing> open_pacing(std::size_t connections, double rate, Nanoseconds begin,
                                    Nanoseconds end) {
  return std::make_unique<OpenPacing>(connections, rate, begin, end);
}

std::unique_ptr<Pacing> ramp_pacing(Ramp ramp, Nanoseconds begin, Nanoseconds end) {
  return std::make_unique<RampPacing>(ramp, begin, end);
}

}  // namespace remit::bench
