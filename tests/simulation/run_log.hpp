// What happened in a simulated run: a digest over all of it, the last events for looking at, counts
// of the faults, and the violations.
//
// An event is four numbers; words are made only when somebody asks. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/uuid.hpp"
#include "simulation/schedule.hpp"

namespace remit::simulation {

/// Who an event is about: instances count from 1, providers from 10.
using Who = std::uint8_t;
inline constexpr Who kWorld = 0;
inline constexpr Who kFirstInstance = 1;
inline constexpr Who kFirstProvider = 10;

enum class EventKind : std::uint8_t {
  instance_started,
  instance_killed,
  instance_paused,
  instance_resumed,
  instance_stopping,
  clock_jumped,
  database_stopped,
  database_started,
  weather_changed,
  healed,
  submission_sent,
  submission_taken,
  submission_repeated,
  submission_refused,
  question_answered,
  transfer_ended,
  request_posted,
  answer_told,
  cancelled,
  retried,
  state_seen,
  ended,
};

enum class Fault : std::uint8_t {
  request_lost,
  answer_lost,
  request_late,
  request_duplicated,
  connection_broken,
  connection_refused,
  provider_hung,
  provider_5xx,
  work_then_5xx,
  work_then_4xx,
  gateway_5xx,
  gateway_4xx,
  no_route,
  garbage,
  busy_429,
  refused,
  refused_passing,
  settlement_failed,
  hidden_record,
  recorded_instant,
  recorded_amount,
  health_lie,
  unreadable_report,
  fees_changed,
  client_request_lost,
  client_answer_lost,
  double_submit,
  crash,
  crash_after_effect,
  pause,
  clock_jump,
  graceful_stop,
  database_stop,
  database_weather,
  count_,
};

[[nodiscard]] std::string_view to_string(EventKind kind);
[[nodiscard]] std::string_view to_string(Fault fault);

inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::count_);
using FaultCounts = std::array<std::int64_t, kFaults>;

/// What an event names of a payment: enough to tell one from another.
[[nodiscard]] std::uint64_t subject_of(const Uuid& id);

class RunLog {
 public:
  explicit RunLog(const Schedule& schedule) : schedule_(schedule) {}

  void name(Who who, std::string name);
  void note(EventKind kind, Who who, std::uint64_t subject = 0, std::int64_t value = 0);
  /// `text` must be static; it is part of the event.
  void note(EventKind kind, Who who, std::uint64_t subject, std::string_view text,
            std::int64_t value = 0);
  void fault(Fault fault) { ++faults_[static_cast<std::size_t>(fault)]; }
  /// With the last events of what it is about.
  void violation(std::string what, std::uint64_t subject = 0);

  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::int64_t events() const { return events_; }
  [[nodiscard]] const FaultCounts& faults() const { return faults_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  /// The last `limit` events, of one subject and the world around it when there is one.
  [[nodiscard]] std::string text(std::size_t limit, std::uint64_t subject = 0) const;

 private:
  struct Event {
    Duration at;
    std::uint64_t subject;
    std::string_view text;
    std::int64_t value;
    EventKind kind;
    Who who;
  };
  static constexpr std::size_t kKept = 1U << 16U;
  static constexpr std::size_t kMaxViolations = 20;

  void mix(std::uint64_t value);

  const Schedule& schedule_;
  std::vector<std::string> names_;
  std::vector<Event> ring_;
  std::size_t next_ = 0;
  std::int64_t events_ = 0;
  std::uint64_t digest_ = 0;
  FaultCounts faults_{};
  std::vector<std::string> violations_;
};

}  // namespace remit::simulation
