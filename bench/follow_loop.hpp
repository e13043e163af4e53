// Follows events over many WebSockets, and counts how late they come.
//
// Lives for one run and is used from the thread that made it. How late an event is counts from its
// own timestamp, which is before its commit. A socket that is closed is opened again a second
// later, after the last event that it has seen. Throws std::system_error when the system gives it
// no epoll, std::runtime_error when sockets cannot be opened at first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "frame_scanner.hpp"
#include "histogram.hpp"

namespace remit::bench {

struct FollowOptions {
  std::uint16_t port = 0;
  std::size_t sockets = 1;
  /// Each follows the charge of its number alone, as remit-load sends them; 0: all events.
  std::uint32_t numbered = 0;
  /// Besides them: follow everything and read nothing.
  std::size_t stalled = 0;
  double warm_up = 0;
  double seconds = 10;
};

class FollowLoop {
 public:
  explicit FollowLoop(const FollowOptions& options);
  FollowLoop(const FollowLoop&) = delete;
  FollowLoop& operator=(const FollowLoop&) = delete;
  ~FollowLoop();

  /// Returns when all of them follow.
  void open();
  void run();
  [[nodiscard]] std::string to_json() const;

 private:
  enum class State : std::uint8_t { closed, opening, open };
  struct Follower {
    int socket = -1;
    State state = State::closed;
    std::int64_t last = -1;  ///< sequence; -1: none yet
    Nanoseconds open_at = 0;
    FrameScanner frames;
    std::string head;
  };

  void begin(std::size_t number);
  void end(std::size_t number, Nanoseconds open_again_at);
  void wait(Nanoseconds until);
  void receive(std::size_t number);
  bool read_head(Follower& follower, std::string_view& bytes);
  void take(std::size_t number, const Frame& frame);
  void count(Follower& follower, std::string_view event);
  void open_again(Nanoseconds now);
  [[nodiscard]] std::string target_of(std::size_t number) const;

  FollowOptions options_;
  int epoll_;
  std::vector<Follower> followers_;
  std::vector<int> stalled_;
  std::size_t opening_ = 0;
  std::size_t closed_ = 0;
  bool is_measuring_ = false;
  Histogram latency_;
  std::uint64_t messages_ = 0;
  std::uint64_t missed_ = 0;  ///< sequences between two that a follower of everything was sent
  std::uint64_t refused_ = 0;
  std::map<unsigned, std::uint64_t> closes_;
};

}  // namespace remit::bench
