#include "remit/webhooks/schedule.hpp"

#include <algorithm>
#include <array>

#include "remit/base/text.hpp"

namespace remit::webhooks {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
constexpr std::string_view kShape = "Sun, 06 Nov 1994 08:49:37 GMT";

/// 900 … 1100.
std::int64_t permille(const Uuid& chance) {
  return 900 + (chance.bytes()[0] * 256 + chance.bytes()[1]) % 201;
}

/// The preferred form of RFC 9110 §5.6.7.
std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.size() != kShape.size()) return std::nullopt;
  for (const std::size_t place : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U, 26U, 27U, 28U}) {
    if (text[place] != kShape[place]) return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto weekday = std::ranges::find(kWeekdays, text.substr(0, 3));
  const auto day = parse_number<unsigned>(text.substr(5, 2));
  const auto year = parse_number<unsigned>(text.substr(12, 4));
  const auto hour = parse_number<unsigned>(text.substr(17, 2));
  const auto minute = parse_number<unsigned>(text.substr(20, 2));
  const auto second = parse_number<unsigned>(text.substr(23, 2));
  if (month == kMonths.end() || weekday == kWeekdays.end()) return std::nullopt;
  if (!day || !year || !hour || !minute || !second) return std::nullopt;
  // The second 60 is a leap second.
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(*year)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

Duration between(std::span<const Duration> schedule, std::size_t next) {
  return std::max(Duration::zero(), schedule[next] - schedule[next - 1]);
}

Duration longest_pause(std::span<const Duration> schedule) {
  Duration longest{0};
  for (std::size_t i = 1; i < schedule.size(); ++i)
    longest = std::max(longest, between(schedule, i));
  return longest;
}

}  // namespace

std::optional<Duration> pause_before_next(std::span<const Duration> schedule, std::int64_t attempts,
                                          std::optional<Duration> retry_after, const Uuid& chance) {
  const auto next = static_cast<std::size_t>(std::max<std::int64_t>(attempts, 1));
  if (next >= schedule.size()) return std::nullopt;
  const Duration pause = between(schedule, next) * permille(chance) / 1000;
  const Duration most = std::min(longest_pause(schedule), kLongestRetryAfter);
  return std::max(pause, std::min(retry_after.value_or(Duration::zero()), most));
}

std::optional<Duration> parse_retry_after(std::string_view text, Timestamp now) {
  const bool is_number =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_number) {
    constexpr auto kMost = std::chrono::duration_cast<std::chrono::seconds>(kLongestRetryAfter);
    // A number that does not fit is a long time all the same.
    const auto seconds = parse_number<std::int64_t>(text).value_or(kMost.count());
    return std::chrono::seconds(std::min<std::int64_t>(seconds, kMost.count()));
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return std::clamp(Duration(*date - now), Duration::zero(), kLongestRetryAfter);
}

}  // namespace remit::webhooks
