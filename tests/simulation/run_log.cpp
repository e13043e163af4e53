#include "simulation/run_log.hpp"

#include <algorithm>
#include <utility>

namespace remit::simulation {

std::string_view to_string(EventKind kind) {
  static constexpr std::array<std::string_view, 22> kNames{
      "started",
      "killed",
      "paused",
      "goes on",
      "stopping",
      "clock jumped",
      "database stopped",
      "database started",
      "weather changed",
      "world healed",
      "submission sent to",
      "submission took effect at",
      "submission repeated at",
      "submission refused by",
      "question answered by",
      "transfer ended at",
      "request posted to",
      "answer told by",
      "cancelled",
      "retried by the operator",
      "seen in the database",
      "ended",
  };
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Fault fault) {
  static constexpr std::array<std::string_view, kFaults> kNames{
      "requests lost",
      "answers lost",
      "requests late",
      "requests duplicated",
      "connections broken",
      "connections refused",
      "hung",
      "5xx",
      "work then 5xx",
      "work then 4xx",
      "502/504",
      "4xx in between",
      "no route",
      "garbage",
      "429",
      "refused",
      "refused for now",
      "settlements failed",
      "records hidden",
      "recorded with another instant",
      "recorded with another amount",
      "health lies",
      "reports unreadable",
      "fees changed",
      "client requests lost",
      "client answers lost",
      "double submits",
      "crashes",
      "crashes after an effect",
      "pauses",
      "clock jumps",
      "graceful stops",
      "database stops",
      "database weathers",
  };
  return kNames[static_cast<std::size_t>(fault)];
}

namespace {

/// As the id it was made from begins.
std::string short_name(std::uint64_t subject) {
  std::string digits;
  for (unsigned shift = 64; shift > 32; shift -= 4) {
    digits += "0123456789abcdef"[(subject >> (shift - 4)) & 15U];
  }
  return digits;
}

}  // namespace

std::uint64_t subject_of(const Uuid& id) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = (value << 8U) | id.bytes()[i];
  return value;
}

void RunLog::name(Who who, std::string name) {
  if (names_.size() <= who) names_.resize(std::size_t{who} + 1);
  names_[who] = std::move(name);
}

void RunLog::mix(std::uint64_t value) {
  digest_ = (digest_ ^ value) * 0x9e3779b97f4a7c15U;
  digest_ ^= digest_ >> 32U;
}

void RunLog::note(EventKind kind, Who who, std::uint64_t subject, std::int64_t value) {
  note(kind, who, subject, std::string_view(), value);
}

void RunLog::note(EventKind kind, Who who, std::uint64_t subject, std::string_view text,
                  std::int64_t value) {
  mix(static_cast<std::uint64_t>(schedule_.now().count()));
  mix((static_cast<std::uint64_t>(kind) << 8U) | who);
  mix(subject);
  mix(static_cast<std::uint64_t>(value));
  mix(text.size() + (text.empty() ? 0U : static_cast<std::uint64_t>(text.front()) << 8U));
  ++events_;
  const Event event{schedule_.now(), subject, text, value, kind, who};
  if (ring_.size() < kKept) {
    ring_.push_back(event);
  } else {
    ring_[next_] = event;
    next_ = (next_ + 1) % kKept;
  }
}

void RunLog::violation(std::string what, std::uint64_t subject) {
  mix(what.size());
  if (violations_.size() >= kMaxViolations) return;
  const std::int64_t at = schedule_.now().count();
  std::string words = std::to_string(at / 1'000'000) + "s: " + std::move(what) + "\n";
  if (subject != 0) words += text(40, subject);
  violations_.push_back(std::move(words));
}

std::string RunLog::text(std::size_t limit, std::uint64_t subject) const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < ring_.size() && lines.size() < limit; ++i) {
    const Event& event = ring_[(next_ + ring_.size() - 1 - i) % ring_.size()];
    const bool is_of_world = event.subject == 0 && event.kind != EventKind::answer_told;
    if (subject != 0 && event.subject != subject && !is_of_world) continue;
    std::string micros = std::to_string(event.at.count() % 1'000'000);
    micros.insert(0, 6 - micros.size(), '0');
    std::string line = "  " + std::to_string(event.at.count() / 1'000'000) + "." + micros + "  ";
    if (event.subject != 0) line += short_name(event.subject) + "  ";
    line += to_string(event.kind);
    if (event.who < names_.size()) line += " " + names_[event.who];
    if (!event.text.empty()) line += ", " + std::string(event.text);
    if (event.value != 0) line += " " + std::to_string(event.value);
    lines.push_back(line + "\n");
  }
  std::ranges::reverse(lines);
  std::string all;
  for (const std::string& line : lines) all += line;
  return all;
}

}  // namespace remit::simulation
