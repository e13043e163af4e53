// How a session moves bytes.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "await_tuple.hpp"
#include "remit/net/problems.hpp"
#include "response_writer.hpp"
#include "session.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kReadBytes = 4'096;  // Held by every idle connection.
constexpr std::size_t kReadNowBytes = 16'384;
constexpr std::size_t kMostPieces = 256;
// Of what a peer may still send after its answer; it is taken in larger pieces, and thrown away.
constexpr std::chrono::milliseconds kLingerTime{5'000};
constexpr std::chrono::milliseconds kLingerSilence{1'000};
constexpr std::size_t kLingerBytes = 67'108'864;
constexpr std::size_t kLingerReadBytes = 65'536;
// What all clients together may leave untaken of large answers; small ones, by which payments are
// made, are always sent.
constexpr std::size_t kLargeAnswer = 65'536;
constexpr std::size_t kMostUnsent = 33'554'432;

std::size_t large_part(std::size_t size) { return size > kLargeAnswer ? size : 0; }

bool is_passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// Throws away what has come and adds it to `discarded`; false: nothing more will come.
bool discard_now(int descriptor, std::size_t& discarded) {
  std::array<char, kLingerReadBytes> space;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto count = ::recv(descriptor, space.data(), space.size(), MSG_DONTWAIT);
  if (count < 0) return is_passing(errno);
  discarded += static_cast<std::size_t>(count);
  return count > 0;
}

}  // namespace

std::string_view Session::pending() const {
  const auto bytes = buffer_.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

bool Session::has_input() {
  if (buffer_.size() > 0) return true;
  char byte = 0;
  return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

Task<bool> Session::read_some() {
  const auto space = buffer_.prepare(kReadBytes);
  const auto [error, count] = co_await socket_.async_read_some(space, kAwaitTuple);
  buffer_.commit(count);
  co_return !error && !timed_out_;
}

Task<bool> Session::send(Response response, Then then) {
  if (core_->unsent + large_part(response.body.size()) > kMostUnsent) {
    Problem problem(kOverloaded, "too many large answers wait for their clients to take them");
    problem.retry_after = std::chrono::seconds(1);
    response = problem_response(problem, trace_.request_id);
  }
  ResponseContext context;
  context.request_id = trace_.request_id;
  context.is_head = is_head_;
  context.is_http_1_0 = reader_ && reader_->header_done() && reader_->is_http_1_0();
  context.keep_alive = then == Then::keep_alive;
  out_.clear();
  append_response_head(out_, response, context);
  const bool no_body = is_head_ || is_bodiless(response.status);
  const std::string_view body = no_body ? std::string_view() : std::string_view(response.body);
  const Counted unsent(core_->unsent, large_part(body.size()));
  enter(Phase::writing, core_->settings.write_timeout);
  const bool sent = co_await write(out_, body);
  if (core_->settings.log_access) log_access(trace_, access_, response.status, body.size());
  co_return sent;
}

Task<bool> Session::wait_readable() {
  const auto [error] = co_await socket_.async_wait(Socket::wait_read, kAwaitTuple);
  const bool ready = !error && !timed_out_;
  co_return ready;
}

bool Session::read_now(std::string& bytes) {
  std::array<char, kReadNowBytes> space;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto count = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
  if (count < 0) return is_passing(errno);
  bytes.append(space.data(), static_cast<std::size_t>(count));
  return count > 0;
}

Task<bool> Session::write(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    // The socket's buffer nearly always has room: this spares a turn of the loop per answer.
    const std::array pieces = {head, body};
    const std::optional<std::size_t> count = write_now(pieces);
    if (!count || timed_out_) co_return false;
    const std::size_t of_head = std::min(*count, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(*count - of_head);
    if (head.empty() && body.empty()) break;
    const bool ready = co_await wait_writable();
    if (!ready) co_return false;
  }
  co_return true;
}

std::optional<std::size_t> Session::write_now(std::span<const std::string_view> pieces) {
  std::array<::iovec, kMostPieces> parts;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const std::size_t used = std::min(pieces.size(), parts.size());
  for (std::size_t i = 0; i < used; ++i) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): sendmsg does not write to it.
    parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
  }
  ::msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = used;
  const auto count = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (is_passing(errno)) return 0;
  return std::nullopt;
}

Task<bool> Session::wait_writable() {
  const auto [error] = co_await socket_.async_wait(Socket::wait_write, kAwaitTuple);
  // A drain interrupts who reads a connection that was taken over, not who writes on it.
  const bool goes_on = error == boost::asio::error::operation_aborted &&
                       phase_ == Phase::taken_over && socket_.is_open();
  const bool ready = (!error || goes_on) && !timed_out_;
  co_return ready;
}

Task<void> Session::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  const Instant end = std::chrono::steady_clock::now() + kLingerTime;
  buffer_ = boost::beast::flat_buffer();
  std::size_t discarded = 0;
  bool more = true;
  while (more && discarded < kLingerBytes) {
    enter(Phase::lingering, kLingerSilence);
    deadline_ = std::min(deadline_, end);
    const bool ready = co_await wait_readable();
    more = ready && discard_now(socket_.native_handle(), discarded);
  }
}

}  // namespace remit::net
