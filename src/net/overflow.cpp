#include "overflow.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "remit/net/problems.hpp"
#include "response_writer.hpp"

namespace remit::net {
namespace {

/// Of a request that has come already: closing over unread bytes would take our words back.
constexpr int kPiecesDiscarded = 16;

}  // namespace

Response overflow_response(std::string_view request_id) {
  Problem problem(kOverloaded, "too many connections are open");
  problem.retry_after = std::chrono::seconds(1);
  return problem_response(problem, request_id);
}

void reject_at_once(Socket socket) {
  const telemetry::TraceContext trace = telemetry::new_trace();
  const Response response = overflow_response(trace.request_id);
  ResponseContext context;
  context.request_id = trace.request_id;
  context.keep_alive = false;
  std::string text;
  append_response_head(text, response, context);
  text += response.body;
  const int descriptor = socket.native_handle();
  ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(descriptor, SHUT_WR);
  std::array<char, 4'096> discarded{};
  for (int i = 0; i < kPiecesDiscarded; ++i) {
    if (::recv(descriptor, discarded.data(), discarded.size(), MSG_DONTWAIT) <= 0) return;
  }
}

void SpareDescriptor::release() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void SpareDescriptor::take() {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace remit::net
