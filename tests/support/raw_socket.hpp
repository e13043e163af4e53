// A blocking client socket for bytes that no well-behaved client would send, and just enough HTTP
// to take answers apart. Every read has a limit of 15 s, after which it throws: a test never hangs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace remit::test {

struct RawAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// Empty when the header is absent.
  [[nodiscard]] std::string header(const std::string& lower_name) const;
};

class RawSocket {
 public:
  [[nodiscard]] static RawSocket to_port(std::uint16_t port);
  [[nodiscard]] static RawSocket to_unix(const std::string& path);
  /// Takes over a connected descriptor.
  explicit RawSocket(int descriptor);
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&&) = delete;
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket();

  /// False when the peer does not take it any more.
  bool send(std::string_view bytes);
  void shut_down_sending();
  /// Ends the connection with a reset instead of an orderly close.
  void reset();

  /// Whatever comes next; empty at the end of the stream (a reset counts as one).
  std::string read_some();
  /// Up to and with `mark`; less when the stream ends before it.
  std::string read_until(std::string_view mark);
  std::string read_to_end();
  /// Nothing when the stream ends first. `has_body` is false for answers to HEAD.
  std::optional<RawAnswer> read_answer(bool has_body = true);
  /// Reads one request with Content-Length or no body; empty at the end of the stream.
  std::string read_request();

 private:
  std::string take(std::size_t count);
  bool fill();

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace remit::test
