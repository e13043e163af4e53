#include "support/raw_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace remit::test {
namespace {

constexpr int kReadSeconds = 15;

[[noreturn]] void fail_with(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

std::map<std::string, std::string> parse_fields(std::string_view head) {
  std::map<std::string, std::string> fields;
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size();) {
    const std::size_t begin = at + 2;
    at = std::min(head.find("\r\n", begin), head.size());
    const std::string_view line = head.substr(begin, at - begin);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fields[lower(std::string(line.substr(0, colon)))] = std::string(line.substr(colon + 2));
  }
  return fields;
}

}  // namespace

std::string RawAnswer::header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? std::string() : found->second;
}

RawSocket RawSocket::to_port(std::uint16_t port) {
  RawSocket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof(address));
  if (::connect(made.descriptor_, &generic, sizeof(address)) != 0) fail_with("connect");
  return made;
}

RawSocket RawSocket::to_unix(const std::string& path) {
  RawSocket made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const void* bytes = &address;
  if (::connect(made.descriptor_, static_cast<const sockaddr*>(bytes), sizeof(address)) != 0) {
    fail_with("connect");
  }
  return made;
}

RawSocket::RawSocket(int descriptor) : descriptor_(descriptor) {
  if (descriptor < 0) fail_with("socket");
  const timeval limit{.tv_sec = kReadSeconds, .tv_usec = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

RawSocket::~RawSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawSocket::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawSocket::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  ::close(std::exchange(descriptor_, -1));
}

bool RawSocket::fill() {
  std::array<char, 16'384> bytes{};
  const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  if (count < 0 && errno != ECONNRESET) fail_with("recv");
  return count > 0;
}

std::string RawSocket::take(std::size_t count) {
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::string RawSocket::read_some() {
  if (buffer_.empty()) fill();
  return take(buffer_.size());
}

std::string RawSocket::read_until(std::string_view mark) {
  while (buffer_.find(mark) == std::string::npos && fill()) {
  }
  const std::size_t at = buffer_.find(mark);
  return take(at == std::string::npos ? buffer_.size() : at + mark.size());
}

std::string RawSocket::read_to_end() {
  while (fill()) {
  }
  return take(buffer_.size());
}

std::optional<RawAnswer> RawSocket::read_answer(bool has_body) {
  const std::string head = read_until("\r\n\r\n");
  if (!head.ends_with("\r\n\r\n") || head.size() < 12) return std::nullopt;
  RawAnswer answer;
  answer.status = std::stoi(head.substr(9, 3));
  answer.headers = parse_fields(head);
  const std::string length = answer.header("content-length");
  if (!has_body || length.empty()) return answer;
  while (buffer_.size() < std::stoul(length) && fill()) {
  }
  answer.body = take(std::stoul(length));
  return answer;
}

std::string RawSocket::read_request() {
  const std::string head = read_until("\r\n\r\n");
  const auto fields = parse_fields(head);
  const auto length = fields.find("content-length");
  if (length == fields.end()) return head;
  while (buffer_.size() < std::stoul(length->second) && fill()) {
  }
  return head + take(std::stoul(length->second));
}

}  // namespace remit::test
