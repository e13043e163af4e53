#include "response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <utility>

#include "text.hpp"

namespace remit::net {
namespace {

using HttpError = boost::beast::http::error;

constexpr std::size_t kMaxHeaderBytes = 32'768;
constexpr int kMaxInterim = 8;

/// The framing that Beast takes for "until the end of the stream" or overlooks.
bool is_framing_clear(const Headers& headers) {
  const auto encoding = headers.find("Transfer-Encoding");
  if (!encoding) return true;
  return headers.count("Transfer-Encoding") == 1 && equal_without_case(*encoding, "chunked") &&
         !headers.find("Content-Length");
}

}  // namespace

ResponseReader::ResponseReader(Method method, std::size_t max_body_bytes, Beyond beyond)
    : method_(method), max_body_bytes_(max_body_bytes), beyond_(beyond) {
  begin();
}

void ResponseReader::begin() {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  parser_.emplace(kMaxHeaderBytes, beyond_ == Beyond::cut ? kAny : max_body_bytes_,
                  max_body_bytes_);
  head_bytes_ = 0;
  if (method_ == Method::head) parser_->skip(true);
}

ResponseReader::State ResponseReader::fail_with(State state, std::string fault) {
  fault_ = std::move(fault);
  return state;
}

ResponseReader::State ResponseReader::advance(std::string_view bytes, std::size_t& used) {
  for (;;) {
    if (parser_->has_too_little(bytes)) return State::need_more;
    boost::beast::error_code error;
    const bool had_header = parser_->is_header_done();
    const std::size_t body = parser_->body.size();
    const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    used += taken;
    // A head, a chunk's header or the trailers: what is pending, or what was taken for no body.
    const bool is_pending = error == HttpError::need_more;
    const std::size_t of_head = is_pending                     ? bytes.size()
                                : parser_->body.size() == body ? taken
                                                               : 0;
    if (of_head > kMaxHeaderBytes) error = HttpError::bad_chunk;
    if (error == HttpError::need_more) return State::need_more;
    if (error) return fail_with(State::garbage, error.message());
    if (!had_header) head_bytes_ += taken;
    if (head_bytes_ > kMaxHeaderBytes) return fail_with(State::garbage, "a head that is too long");
    if (!had_header && parser_->is_header_done() && !is_framing_clear(parser_->headers)) {
      return fail_with(State::garbage, "unclear framing");
    }
    if (beyond_ == Beyond::cut && parser_->body.size() > max_body_bytes_) {
      parser_->body.resize(max_body_bytes_);
      is_cut_ = true;
      return State::done;
    }
    if (parser_->is_done()) {
      if (parser_->status >= 200) return State::done;
      if (parser_->status == 101 || ++interim_ > kMaxInterim) {
        return fail_with(State::garbage, "an interim response that was not asked for");
      }
      begin();
    }
    if (bytes.empty()) return State::need_more;
  }
}

ResponseReader::State ResponseReader::end_of_stream() {
  boost::beast::error_code error;
  if (parser_->got_some()) {
    parser_->put_eof(error);
    if (!error && parser_->is_done()) return State::done;
  }
  return fail_with(State::broken, "the connection ended before the answer did");
}

Answer ResponseReader::take() {
  Answer answer;
  answer.status = parser_->status;
  answer.headers = std::move(parser_->headers);
  answer.body = std::move(parser_->body);
  return answer;
}

}  // namespace remit::net
