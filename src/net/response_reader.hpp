// One response out of bytes, without I/O. Interim responses (1xx) are read over. One per call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "head_parser.hpp"
#include "remit/net/client.hpp"

namespace remit::net {

class ResponseReader {
 public:
  enum class State : std::uint8_t { need_more, done, garbage, broken };

  /// What a body is beyond its limit: garbage, or the end of what is wanted of it.
  enum class Beyond : std::uint8_t { garbage, cut };

  ResponseReader(Method method, std::size_t max_body_bytes, Beyond beyond = Beyond::garbage);

  /// Takes what it can use of `bytes` and adds their number to `used`.
  State advance(std::string_view bytes, std::size_t& used);
  /// The peer has closed: the end of a body without a length, or a failure.
  State end_of_stream();

  [[nodiscard]] const std::string& fault() const { return fault_; }
  /// Whether the connection may carry another request.
  [[nodiscard]] bool keep_alive() const { return !is_cut_ && parser_->keep_alive(); }
  /// After `done`, once.
  [[nodiscard]] Answer take();

 private:
  void begin();
  State fail_with(State state, std::string fault);

  Method method_;
  std::size_t max_body_bytes_;
  Beyond beyond_;
  bool is_cut_ = false;
  std::optional<HeadParser<false>> parser_;
  std::string fault_;
  std::size_t head_bytes_ = 0;
  int interim_ = 0;
};

}  // namespace remit::net
