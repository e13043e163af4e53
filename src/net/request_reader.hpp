// One request out of bytes, without I/O: framing, limits and the rules that Beast does not check.
//
// Feed it the bytes that have arrived; it reports when header and body are complete, or what is
// wrong. After a refusal the rest of the connection cannot be trusted: answer and close. One per
// request, owned by its session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "head_parser.hpp"
#include "remit/net/http.hpp"
#include "target.hpp"

namespace remit::net {

struct RequestLimits {
  std::size_t max_header_bytes = 16'384;
  std::size_t max_body_bytes = 65'536;
  std::size_t max_target_bytes = 8'192;
  std::span<const LargeBody> larger = {};  ///< outlives the readers
};

class RequestReader {
 public:
  enum class State : std::uint8_t { need_more, header_done, done, refused };

  explicit RequestReader(const RequestLimits& limits);

  /// Takes what it can use of `bytes` and adds their number to `used`. `header_done` is returned
  /// once per request, before any byte of the body is taken. However the bytes are cut, the same
  /// requests are taken; of one with several faults another may be told.
  State advance(std::string_view bytes, std::size_t& used);

  /// Whether a byte of the request itself has been seen; an empty line before it is none.
  [[nodiscard]] bool has_begun() const { return parser_.got_some(); }
  [[nodiscard]] bool header_done() const { return header_done_; }
  [[nodiscard]] const Problem& problem() const { return problem_; }

  /// The fields read so far, whatever the state.
  [[nodiscard]] const Headers& headers() const { return parser_.headers; }
  /// Also of a request that is refused, once its request line was read.
  [[nodiscard]] bool is_head() const { return parser_.method == "HEAD"; }

  /// The same; empty: it is none that is known here.
  [[nodiscard]] std::optional<Method> method() const { return parse_method(parser_.method); }

  // After `header_done`:
  [[nodiscard]] bool keep_alive() const { return parser_.keep_alive(); }
  [[nodiscard]] bool is_http_1_0() const { return parser_.version == 10; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  /// How much its body may be beyond what every request may have; 0: it is no larger.
  [[nodiscard]] std::size_t large_body() const;
  /// The path as it stood in the request, or "*".
  [[nodiscard]] std::string_view raw_path() const { return raw_path_; }

  /// After `done`, once.
  [[nodiscard]] Request take();

 private:
  State refuse(ProblemCode code, std::string_view detail);
  /// `pending`: what the parser has not taken.
  State refuse_parser_error(boost::beast::error_code error, std::string_view pending);
  /// Refuses what Beast accepts and we do not. Empty when the request is valid.
  std::optional<Problem> validate_header();
  std::optional<Problem> validate_framing() const;
  std::optional<Problem> validate_repetitions() const;
  std::optional<Problem> validate_target();
  std::optional<Problem> validate_expectation();

  RequestLimits limits_;
  HeadParser<true> parser_;
  Request request_;
  Problem problem_;
  std::string_view raw_path_;
  std::size_t head_bytes_ = 0;
  bool empty_line_seen_ = false;
  bool header_done_ = false;
  bool expects_continue_ = false;
};

}  // namespace remit::net
