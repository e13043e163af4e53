#include "remit/base/time.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <optional>

namespace remit {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A number of fixed width, and what stands behind it.
void append(std::string& text, std::int64_t value, std::size_t width, char behind) {
  text.append(width, '0');
  for (auto digit = text.rbegin(); width-- > 0; value /= 10) {
    *digit++ = static_cast<char>('0' + value % 10);
  }
  text += behind;
}

std::string to_text(Timestamp time, std::int64_t fraction, std::size_t digits) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<seconds>(time - day));
  std::string text;
  text.reserve(std::string_view("2026-11-20T17:05:01.123456Z").size());
  append(text, static_cast<int>(date.year()), 4, '-');
  append(text, static_cast<unsigned>(date.month()), 2, '-');
  append(text, static_cast<unsigned>(date.day()), 2, 'T');
  append(text, clock.hours().count(), 2, ':');
  append(text, clock.minutes().count(), 2, ':');
  append(text, clock.seconds().count(), 2, '.');
  append(text, fraction, digits, 'Z');
  return text;
}

/// Reads fixed-width fields from the front of a text; after the first failure all reads fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int number(std::size_t width) {
    if (rest_.size() < width) return refuse();
    int value = 0;
    for (const char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return refuse();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  /// Takes one character when it is among `accepted`, else refuses.
  char one_of(std::string_view accepted) {
    if (rest_.empty() || !accepted.contains(rest_.front())) {
      refuse();
      return '\0';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  /// ".123456789" or nothing, to microseconds.
  microseconds fraction(Rounding rounding) {
    if (!rest_.starts_with('.')) return microseconds(0);
    rest_.remove_prefix(1);
    std::int64_t value = 0;
    int count = 0;
    bool is_finer = false;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++count) {
      if (count < 6) {
        value = value * 10 + (rest_.front() - '0');
      } else if (rest_.front() != '0') {
        is_finer = true;
      }
      rest_.remove_prefix(1);
    }
    if (count == 0) refuse();
    for (int i = count; i < 6; ++i) value *= 10;
    return microseconds(is_finer && rounding == Rounding::up ? value + 1 : value);
  }

  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

 private:
  int refuse() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// "Z" or "+02:00", as what has to be subtracted to reach UTC; nothing when out of range.
std::optional<minutes> take_offset(Reader& reader) {
  const char sign = reader.one_of("Zz+-");
  if (sign != '+' && sign != '-') return minutes(0);
  const hours hour(reader.number(2));
  reader.one_of(":");
  const minutes minute(reader.number(2));
  if (hour > hours(23) || minute > minutes(59)) return std::nullopt;
  return sign == '-' ? -(hour + minute) : hour + minute;
}

/// "17:05:01"; nothing when out of range. A leap second has no instant of its own in POSIX time and
/// is refused like any other 60.
std::optional<seconds> take_time_of_day(Reader& reader) {
  const hours hour(reader.number(2));
  reader.one_of(":");
  const minutes minute(reader.number(2));
  reader.one_of(":");
  const seconds second(reader.number(2));
  if (hour > hours(23) || minute > minutes(59) || second > seconds(59)) return std::nullopt;
  return hour + minute + second;
}

bool is_supported(Timestamp time) {
  using namespace std::chrono;
  const sys_days first = year(1) / January / 1;
  const sys_days past_last = year(10000) / January / 1;
  return time >= first && time < past_last;
}

struct Unit {
  std::string_view name;
  std::int64_t in_microseconds;
};

constexpr std::array<Unit, 5> kUnits{
    {{"h", 3'600'000'000}, {"m", 60'000'000}, {"s", 1'000'000}, {"ms", 1'000}, {"us", 1}}};

}  // namespace

std::string to_rfc3339(Timestamp time) {
  const microseconds fraction = time - floor<seconds>(time);
  if (fraction % milliseconds(1) == microseconds(0)) return to_rfc3339_milliseconds(time);
  return to_text(time, fraction.count(), 6);
}

std::string to_rfc3339_milliseconds(Timestamp time) {
  const auto fraction = floor<milliseconds>(time - floor<seconds>(time));
  return to_text(time, fraction.count(), 3);
}

std::expected<Timestamp, std::string> parse_timestamp(std::string_view text, Rounding rounding) {
  Reader reader(text);
  const std::chrono::year year(reader.number(4));
  reader.one_of("-");
  const std::chrono::month month(static_cast<unsigned>(reader.number(2)));
  reader.one_of("-");
  const std::chrono::day day(static_cast<unsigned>(reader.number(2)));
  reader.one_of("Tt");
  const std::optional<seconds> clock = take_time_of_day(reader);
  const microseconds fraction = reader.fraction(rounding);
  const std::optional<minutes> offset = take_offset(reader);
  if (!reader.finished()) {
    return std::unexpected("must be an RFC 3339 time, such as 2026-11-20T17:05:01.123Z");
  }
  const std::chrono::year_month_day date(year, month, day);
  if (!offset || !clock || !date.ok()) {
    return std::unexpected("names a day or a time of day that does not exist");
  }
  const std::chrono::sys_days midnight(date);
  const Timestamp time = midnight + *clock + fraction - *offset;
  if (!is_supported(time)) {
    return std::unexpected("must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999Z");
  }
  return time;
}

std::expected<Duration, std::string> parse_time_of_day(std::string_view text) {
  Reader reader(text);
  const std::optional<seconds> clock = take_time_of_day(reader);
  if (!reader.finished() || !clock) {
    return std::unexpected("must be a time of the day, such as 17:00:00");
  }
  return *clock;
}

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [unit_begin, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && value >= 0 && !text.starts_with('-')) {
    const std::string_view name(unit_begin, static_cast<std::size_t>(end - unit_begin));
    for (const Unit& unit : kUnits) {
      if (unit.name != name) continue;
      if (__builtin_mul_overflow(value, unit.in_microseconds, &value)) {
        return std::unexpected("is too long");
      }
      return Duration(value);
    }
  }
  if (error == std::errc::result_out_of_range) return std::unexpected("is too long");
  return std::unexpected("must be a duration, such as 250ms, 30s, 5m or 2h");
}

std::string to_string(Duration duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (count % unit.in_microseconds == 0) {
      return std::to_string(count / unit.in_microseconds) + std::string(unit.name);
    }
  }
  return std::to_string(count) + "us";
}

Timestamp truncate_to_milliseconds(Timestamp time) { return floor<milliseconds>(time); }

Timestamp SystemClock::now() const { return floor<microseconds>(std::chrono::system_clock::now()); }

Duration SystemClock::monotonic() const {
  // Not steady_clock: it stops while the machine is suspended, and a lease held during a suspension
  // would look valid.
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return seconds(time.tv_sec) +
         std::chrono::duration_cast<microseconds>(std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace remit
