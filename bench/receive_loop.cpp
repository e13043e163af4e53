#include "receive_loop.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <sstream>
#include <system_error>

namespace remit::bench {
namespace {

constexpr std::string_view kHanging = "/hang";
constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::string_view kLength = "content-length:";

int require(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

void watch(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  require(::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll");
}

std::size_t length_of(std::string_view head) {
  const auto found = std::ranges::search(head, kLength, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  std::size_t length = 0;
  if (found.empty()) return length;
  std::string_view rest = head.substr(static_cast<std::size_t>(found.end() - head.begin()));
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  std::from_chars(rest.data(), rest.data() + rest.size(), length);
  return length;
}

}  // namespace

ReceiveLoop::ReceiveLoop(std::uint16_t port)
    : listener_(
          require(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")),
      epoll_(require(::epoll_create1(EPOLL_CLOEXEC), "epoll")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  require(::bind(listener_, std::bit_cast<const sockaddr*>(&address), sizeof(address)), "bind");
  require(::listen(listener_, 1'024), "listen");
  sigset_t ends;
  ::sigemptyset(&ends);
  ::sigaddset(&ends, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  signals_ = require(::signalfd(-1, &ends, SFD_CLOEXEC), "signalfd");
  watch(epoll_, listener_);
  watch(epoll_, signals_);
}

ReceiveLoop::~ReceiveLoop() {
  for (const auto& [socket, input] : inputs_) ::close(socket);
  ::close(signals_);
  ::close(epoll_);
  ::close(listener_);
}

void ReceiveLoop::run() {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 60'000);
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == signals_) return;
      if (descriptor == listener_) {
        accept_all();
      } else {
        receive(descriptor);
      }
    }
  }
}

void ReceiveLoop::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(epoll_, socket);
    inputs_[socket];
    ++connections_;
  }
}

void ReceiveLoop::receive(int socket) {
  static std::array<char, 65'536> buffer;
  const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  std::string& input = inputs_[socket];
  if (size > 0) input.append(buffer.data(), static_cast<std::size_t>(size));
  if (size > 0 && answer_all(socket, input)) return;
  inputs_.erase(socket);
  ::close(socket);
}

bool ReceiveLoop::answer_all(int socket, std::string& input) {
  for (;;) {
    const std::string_view rest = input;
    const std::size_t end = rest.find(kEndOfHead);
    if (end == rest.npos) return true;
    const std::size_t size = end + kEndOfHead.size() + length_of(rest.substr(0, end));
    if (rest.size() < size) return true;
    const std::size_t from = rest.find(' ') + 1;
    const std::string path(rest.substr(from, rest.find(' ', from) - from));
    input.erase(0, size);
    count(path);
    if (path == kHanging) continue;
    if (::send(socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
  }
}

void ReceiveLoop::count(std::string_view path) {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  if (first_second_ < 0) first_second_ = time.tv_sec;
  const auto second = static_cast<std::size_t>(time.tv_sec - first_second_);
  auto found = counts_.find(path);
  if (found == counts_.end()) found = counts_.emplace(path, std::vector<std::uint64_t>()).first;
  if (found->second.size() <= second) found->second.resize(second + 1);
  ++found->second[second];
}

std::string ReceiveLoop::to_json() const {
  std::ostringstream json;
  json << R"({"mode":"receive","connections":)" << connections_ << R"(,"paths":{)";
  const char* between = "";
  for (const auto& [path, seconds] : counts_) {
    json << between << '"' << path << "\":[";
    for (std::size_t i = 0; i < seconds.size(); ++i) json << (i == 0 ? "" : ",") << seconds[i];
    json << ']';
    between = ",";
  }
  json << "}}";
  return json.str();
}

}  // namespace remit::bench
