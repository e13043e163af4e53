#include "follow_loop.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "load_loop.hpp"
#include "requests.hpp"

namespace remit::bench {
namespace {

constexpr std::size_t kOpeningAtOnce = 256;
constexpr Nanoseconds kLongestOpening = 120 * kSecond;
constexpr Nanoseconds kLook = kSecond / 10;
constexpr std::uint8_t kText = 0x1;
constexpr std::uint8_t kClose = 0x8;
constexpr std::uint8_t kPing = 0x9;
constexpr std::uint8_t kPong = 0xA;

Nanoseconds wall_clock() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

std::int64_t number_at(std::string_view text, std::size_t at, std::size_t digits) {
  std::int64_t number = 0;
  const char* const begin = text.data() + at;
  std::from_chars(begin, begin + std::min(digits, text.size() - at), number);
  return number;
}

/// "2026-11-30T15:15:59.608Z", with any number of decimals.
Nanoseconds instant_of(std::string_view text) {
  using namespace std::chrono;
  const sys_days day = year(static_cast<int>(number_at(text, 0, 4))) /
                       static_cast<int>(number_at(text, 5, 2)) /
                       static_cast<int>(number_at(text, 8, 2));
  const std::int64_t seconds =
      number_at(text, 11, 2) * 3'600 + number_at(text, 14, 2) * 60 + number_at(text, 17, 2);
  Nanoseconds fraction = 0;
  Nanoseconds unit = kSecond;
  for (std::size_t at = 20; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    unit /= 10;
    fraction += (text[at] - '0') * unit;
  }
  return (duration_cast<std::chrono::seconds>(day.time_since_epoch()).count() + seconds) * kSecond +
         fraction;
}

std::size_t after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) throw std::runtime_error("a message is no event: " + std::string(text));
  return at + mark.size();
}

}  // namespace

FollowLoop::FollowLoop(const FollowOptions& options)
    : options_(options), epoll_(::epoll_create1(EPOLL_CLOEXEC)), followers_(options.sockets) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  closed_ = followers_.size();
}

FollowLoop::~FollowLoop() {
  for (const Follower& one : followers_) {
    if (one.socket >= 0) ::close(one.socket);
  }
  for (const int one : stalled_) ::close(one);
  ::close(epoll_);
}

std::string FollowLoop::target_of(std::size_t number) const {
  std::string query;
  if (options_.numbered != 0 && number < followers_.size()) {
    query = "resource=/payments/" + Requests::numbered_id(options_.numbered, number);
  }
  if (number < followers_.size() && followers_[number].last >= 0) {
    query += (query.empty() ? "after=" : "&after=") + std::to_string(followers_[number].last);
  }
  return query.empty() ? "/ws" : "/ws?" + query;
}

/// Of a stalled one, behind the others, the number is too high for a follower.
void FollowLoop::begin(std::size_t number) {
  Connection connection;
  const std::string request =
      "GET " + target_of(number) +
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (!connection.open(options_.port) || !connection.send(request, 0)) {
    throw std::runtime_error("a socket cannot be opened");
  }
  const int socket = connection.release();
  if (number >= followers_.size()) {
    stalled_.push_back(socket);
    return;
  }
  Follower& follower = followers_[number];
  follower.socket = socket;
  follower.state = State::opening;
  follower.frames = FrameScanner();
  follower.head.clear();
  ++opening_;
  --closed_;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
}

void FollowLoop::open() {
  const Nanoseconds until = LoadLoop::now() + kLongestOpening;
  for (std::size_t i = 0; i < followers_.size(); ++i) {
    while (opening_ >= kOpeningAtOnce) wait(LoadLoop::now() + kLook);
    begin(i);
  }
  while (opening_ > 0 && LoadLoop::now() < until) wait(LoadLoop::now() + kLook);
  if (opening_ > 0 || closed_ > 0)
    throw std::runtime_error("not all of the sockets could be opened");
  for (std::size_t i = 0; i < options_.stalled; ++i) begin(followers_.size() + i);
}

void FollowLoop::run() {
  const Nanoseconds begin = LoadLoop::now();
  const auto measure = begin + static_cast<Nanoseconds>(options_.warm_up * 1e9);
  const auto end = measure + static_cast<Nanoseconds>(options_.seconds * 1e9);
  for (Nanoseconds now = begin; now < end; now = LoadLoop::now()) {
    is_measuring_ = now >= measure;
    if (closed_ > 0) open_again(now);
    wait(std::min(end, now + kLook));
  }
}

void FollowLoop::open_again(Nanoseconds now) {
  for (std::size_t i = 0; i < followers_.size(); ++i) {
    if (followers_[i].state == State::closed && followers_[i].open_at <= now) begin(i);
  }
}

void FollowLoop::wait(Nanoseconds until) {
  std::array<epoll_event, 256> events;
  const Nanoseconds left = std::max(until - LoadLoop::now(), Nanoseconds{0});
  const timespec timeout{.tv_sec = left / kSecond, .tv_nsec = left % kSecond};
  const int ready =
      ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < ready; ++i) receive(events[static_cast<std::size_t>(i)].data.u64);
}

void FollowLoop::end(std::size_t number, Nanoseconds open_again_at) {
  Follower& follower = followers_[number];
  ::close(follower.socket);
  if (follower.state == State::opening) --opening_;
  follower.socket = -1;
  follower.state = State::closed;
  follower.open_at = open_again_at;
  ++closed_;
}

void FollowLoop::receive(std::size_t number) {
  static std::array<char, 262'144> buffer;
  Follower& follower = followers_[number];
  const ssize_t size = ::recv(follower.socket, buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return end(number, LoadLoop::now() + kSecond);
  std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  if (follower.state == State::opening && !read_head(follower, bytes)) {
    if (!follower.head.empty()) return;
    ++refused_;
    return end(number, LoadLoop::now() + kSecond);
  }
  follower.frames.feed(bytes);
  while (const auto frame = follower.frames.next()) take(number, *frame);
}

/// True: it follows, and `bytes` is what comes behind. False and no head: it was refused.
bool FollowLoop::read_head(Follower& follower, std::string_view& bytes) {
  const std::size_t before = follower.head.size();
  follower.head += bytes;
  const std::size_t end = follower.head.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const bool is_upgraded = follower.head.starts_with("HTTP/1.1 101 ");
  bytes.remove_prefix(end + 4 - before);
  follower.head = std::string();
  if (!is_upgraded) return false;
  follower.state = State::open;
  --opening_;
  return true;
}

void FollowLoop::take(std::size_t number, const Frame& frame) {
  Follower& follower = followers_[number];
  if (frame.opcode == kText) return count(follower, frame.payload);
  if (frame.opcode == kPing || frame.opcode == kClose) {
    const std::uint8_t answer = frame.opcode == kPing ? kPong : kClose;
    const std::string sent = client_frame(answer, frame.payload.substr(0, 2));
    static_cast<void>(::send(follower.socket, sent.data(), sent.size(), MSG_NOSIGNAL));
  }
  if (frame.opcode == kClose && frame.payload.size() >= 2) {
    const auto byte = [&frame](std::size_t i) {
      return static_cast<std::uint8_t>(frame.payload[i]);
    };
    ++closes_[byte(0) * 256U + byte(1)];
  }
}

void FollowLoop::count(Follower& follower, std::string_view event) {
  std::int64_t sequence = 0;
  const std::string_view number = event.substr(after(event, "\"sequence\":"));
  std::from_chars(number.data(), number.data() + number.size(), sequence);
  const bool follows_all = options_.numbered == 0;
  if (follows_all && follower.last >= 0 && sequence != follower.last + 1) ++missed_;
  follower.last = sequence;
  if (!is_measuring_) return;
  ++messages_;
  latency_.add(wall_clock() - instant_of(event.substr(after(event, "\"timestamp\":\""), 30)));
}

std::string FollowLoop::to_json() const {
  std::ostringstream closes;
  for (const auto& [code, count] : closes_) {
    closes << (closes.tellp() == 0 ? "" : ",") << '"' << code << "\":" << count;
  }
  std::size_t ended = 0;
  for (const int one : stalled_) {
    std::array<char, 65'536> read;
    ssize_t size = 0;
    do size = ::recv(one, read.data(), read.size(), 0);
    while (size > 0);
    if (size == 0 || errno != EAGAIN) ++ended;
  }
  std::ostringstream json;
  json << std::fixed << std::setprecision(1) << R"({"mode":"follow","sockets":)"
       << followers_.size() << R"(,"open":)" << followers_.size() - closed_ - opening_
       << R"(,"seconds":)" << options_.seconds << R"(,"messages":)" << messages_ << R"(,"rate":)"
       << static_cast<double>(messages_) / options_.seconds << R"(,"latency_us":{"mean":)"
       << latency_.mean_us() << R"(,"p50":)" << latency_.quantile_us(0.5) << R"(,"p90":)"
       << latency_.quantile_us(0.9) << R"(,"p99":)" << latency_.quantile_us(0.99) << R"(,"p999":)"
       << latency_.quantile_us(0.999) << R"(,"max":)" << latency_.max_us() << R"(},"missed":)"
       << missed_ << R"(,"refused":)" << refused_ << R"(,"closed":{)" << closes.str()
       << R"(},"stalled":)" << stalled_.size() << R"(,"stalled_ended":)" << ended << "}";
  return json.str();
}

}  // namespace remit::bench
