#include "trickle.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

namespace remit::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kStep{20};
constexpr std::size_t kStepsOfASecond = 50;

class SlowClient {
 public:
  void step(std::uint16_t port, std::string_view request, TrickleTally& tally) {
    if (connection_.is_open() && has_ended()) {
      ++tally.turned_away;
      connection_.close();
    }
    if (!connection_.is_open()) {
      sent_ = 0;
      if (!connection_.open(port)) return;
    }
    // After the last byte the client waits for the answer.
    if (sent_ == request.size()) return;
    if (::send(connection_.socket(), &request[sent_], 1, MSG_NOSIGNAL) != 1) return;
    ++tally.bytes;
    ++sent_;
    if (sent_ == request.size()) ++tally.completed;
  }

 private:
  [[nodiscard]] bool has_ended() const {
    std::array<char, 4'096> said;
    const ssize_t size = ::recv(connection_.socket(), said.data(), said.size(), 0);
    // An answer, too, is the end: there is no further request on the connection.
    return size >= 0 || (errno != EAGAIN && errno != EINTR);
  }

  Connection connection_;
  std::size_t sent_ = 0;
};

}  // namespace

TrickleTally trickle(std::uint16_t port, std::size_t connections, std::string_view request,
                     Nanoseconds duration) {
  TrickleTally tally{.connections = connections};
  std::vector<SlowClient> clients(connections);
  const auto begin = steady_clock::now();
  const auto end = begin + std::chrono::nanoseconds(duration);
  auto due = begin;
  for (std::size_t step = 0; due < end; ++step, due += kStep) {
    std::this_thread::sleep_until(due);
    for (std::size_t i = step % kStepsOfASecond; i < connections; i += kStepsOfASecond) {
      clients[i].step(port, request, tally);
    }
  }
  return tally;
}

std::string TrickleTally::to_json() const {
  return R"({"mode":"trickle","connections":)" + std::to_string(connections) + R"(,"bytes":)" +
         std::to_string(bytes) + R"(,"turned_away":)" + std::to_string(turned_away) +
         R"(,"completed":)" + std::to_string(completed) + "}";
}

}  // namespace remit::bench
