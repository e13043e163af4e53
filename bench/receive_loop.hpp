// Receives webhooks: answers each request with 204 at once and counts it by its path and second, or
// takes requests of the path "/hang" and never answers them.
//
// One run, on the thread that calls it; ends at SIGTERM. Knows Content-Length only. Throws
// std::system_error when it cannot listen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace remit::bench {

class ReceiveLoop {
 public:
  explicit ReceiveLoop(std::uint16_t port);
  ReceiveLoop(const ReceiveLoop&) = delete;
  ReceiveLoop& operator=(const ReceiveLoop&) = delete;
  ~ReceiveLoop();

  /// Until a signal.
  void run();
  /// By path, and how many came in each second from the first one on.
  [[nodiscard]] std::string to_json() const;

 private:
  void accept_all();
  void receive(int socket);
  /// False: the connection is of no use any more.
  bool answer_all(int socket, std::string& input);
  void count(std::string_view path);

  int listener_ = -1;
  int epoll_ = -1;
  int signals_ = -1;
  std::map<int, std::string> inputs_;  ///< by socket: what is not a whole request yet
  std::map<std::string, std::vector<std::uint64_t>, std::less<>> counts_;
  std::int64_t first_second_ = -1;
  std::uint64_t connections_ = 0;
};

}  // namespace remit::bench
