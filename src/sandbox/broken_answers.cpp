#include "broken_answers.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace remit::sandbox {

namespace {

constexpr std::chrono::milliseconds kWriteTimeout{10'000};

Task<void> end_silently(net::Stream /*stream*/, net::Response /*response*/) { co_return; }

Task<void> send(net::Stream stream, net::Response response, bool is_cut,
                std::chrono::milliseconds pause) {
  const std::size_t length = response.body.size();
  std::string answer = stream.head_of(response);
  answer.append(response.body, 0, is_cut ? length / 2 : length);
  const bool trickles = pause > std::chrono::milliseconds(0);
  for (std::string_view rest = answer; !rest.empty();) {
    const std::string_view piece = trickles ? rest.substr(0, 1) : rest;
    rest.remove_prefix(piece.size());
    stream.expires_after(pause + kWriteTimeout);
    const bool sent = co_await stream.write(piece);
    if (!sent) co_return;
    // A server that stops waits for its answers.
    if (trickles) co_await stream.pause(pause);
  }
}

}  // namespace

net::TakeOver drop() { return end_silently; }

net::TakeOver send_badly(bool is_cut, std::chrono::milliseconds pause) {
  return [is_cut, pause](net::Stream stream, net::Response response) {
    return send(stream, std::move(response), is_cut, pause);
  };
}

}  // namespace remit::sandbox
