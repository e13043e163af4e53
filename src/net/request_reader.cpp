#include "request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "remit/net/problems.hpp"
#include "text.hpp"

namespace remit::net {
namespace {

using HttpError = boost::beast::http::error;

/// "GET / HTTP/2.0" does, in a version that is not ours; "GET /a b HTTP/1.1" is no request line.
bool ends_in_a_version(std::string_view request) {
  const std::string_view line = request.substr(0, request.find("\r\n"));
  const std::size_t last = line.rfind(' ');
  if (last == std::string_view::npos || std::ranges::count(line, ' ') != 2) return false;
  return line.substr(last + 1).starts_with("HTTP/");
}

}  // namespace

RequestReader::RequestReader(const RequestLimits& limits)
    : limits_(limits), parser_(limits.max_header_bytes, limits.max_body_bytes) {
  parser_.expect_large(limits_.larger);
}

RequestReader::State RequestReader::advance(std::string_view bytes, std::size_t& used) {
  // An empty line before a request is left over from sloppy clients (RFC 9112 §2.2).
  if (!has_begun() && !empty_line_seen_) {
    if (bytes == "\r") return State::need_more;
    if (bytes.starts_with("\r\n")) {
      empty_line_seen_ = true;
      bytes.remove_prefix(2);
      used += 2;
    }
  }
  while (!parser_.is_done() || !header_done_) {
    if (parser_.has_too_little(bytes)) return State::need_more;
    boost::beast::error_code error;
    const std::size_t body = parser_.body.size();
    const std::size_t taken = parser_.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    used += taken;
    if (!header_done_) head_bytes_ += taken;
    // What is pending now can only be a chunk's header or the trailers, as what was taken and is no
    // part of the body.
    const std::size_t of_chunk = error == HttpError::need_more ? bytes.size()
                                 : parser_.body.size() == body ? taken
                                                               : 0;
    if (header_done_ && of_chunk > limits_.max_header_bytes) error = HttpError::bad_chunk;
    if (error == HttpError::need_more) return State::need_more;
    if (error == HttpError::bad_version) {
      const std::string_view head = bytes.substr(0, limits_.max_header_bytes);
      const bool has_line = head.contains("\r\n");
      if (!has_line && head.size() < limits_.max_header_bytes) return State::need_more;
      if (!ends_in_a_version(head)) error = HttpError::bad_target;
      if (!has_line) error = HttpError::header_limit;
    }
    if (error) return refuse_parser_error(error, bytes);
    if (!header_done_ && parser_.is_header_done()) {
      header_done_ = true;
      // The parser may apply its limit to the request line and to the fields, one by one.
      if (head_bytes_ > limits_.max_header_bytes) {
        return refuse_parser_error(HttpError::header_limit, {});
      }
      if (auto problem = validate_header()) {
        problem_ = *std::move(problem);
        return State::refused;
      }
      return State::header_done;
    }
    if (bytes.empty() && !parser_.is_done()) return State::need_more;
  }
  return State::done;
}

std::size_t RequestReader::large_body() const {
  const std::size_t most = parser_.max_body_bytes();
  if (most <= limits_.max_body_bytes) return 0;
  const auto length = parser_.content_length();
  const std::size_t size = length              ? static_cast<std::size_t>(*length)
                           : parser_.chunked() ? most
                                               : 0;
  return size > limits_.max_body_bytes ? size : 0;
}

RequestReader::State RequestReader::refuse(ProblemCode code, std::string_view detail) {
  problem_ = Problem(code, std::string(detail));
  return State::refused;
}

RequestReader::State RequestReader::refuse_parser_error(boost::beast::error_code error,
                                                        std::string_view pending) {
  if (error == HttpError::body_limit) {
    return refuse(kPayloadTooLarge,
                  "at most " + std::to_string(parser_.max_body_bytes()) + " bytes are accepted");
  }
  if (error == HttpError::header_limit || error == HttpError::buffer_overflow) {
    const std::string detail =
        "at most " + std::to_string(limits_.max_header_bytes) + " bytes are accepted";
    // Without a request line it was the target that did not end.
    const std::string_view head = pending.substr(0, limits_.max_header_bytes);
    const bool has_line = !parser_.method.empty() || head.contains("\r\n");
    return refuse(has_line ? kHeaderTooLarge : kUriTooLong, detail);
  }
  if (error == HttpError::bad_version) {
    return refuse(kVersionNotSupported, "the request line has to end in HTTP/1.1 or HTTP/1.0");
  }
  return refuse(kBadRequest, error.message());
}

std::optional<Problem> RequestReader::validate_header() {
  if (auto problem = validate_framing()) return problem;
  if (auto problem = validate_repetitions()) return problem;
  if (auto problem = validate_target()) return problem;
  return validate_expectation();
}

std::optional<Problem> RequestReader::validate_framing() const {
  const Headers& headers = parser_.headers;
  const std::size_t hosts = headers.count("Host");
  if (hosts > 1) return Problem(kBadRequest, "more than one Host header");
  if (hosts == 0 && parser_.version == 11) return Problem(kBadRequest, "no Host header");
  if (hosts == 1 && !is_valid_host(*headers.find("Host"))) {
    return Problem(kBadRequest, "the Host header is not a host");
  }
  const auto encoding = headers.find("Transfer-Encoding");
  const auto length = headers.find("Content-Length");
  if (encoding) {
    if (parser_.version == 10) return Problem(kBadRequest, "Transfer-Encoding in HTTP/1.0");
    if (length) return Problem(kBadRequest, "Content-Length beside Transfer-Encoding");
    const bool is_single = headers.count("Transfer-Encoding") == 1;
    if (!is_single || !equal_without_case(*encoding, "chunked")) {
      return Problem(kBadRequest, "Transfer-Encoding has to be exactly 'chunked'");
    }
  }
  if (length && (headers.count("Content-Length") > 1 || length->contains(','))) {
    return Problem(kBadRequest, "more than one Content-Length");
  }
  return std::nullopt;
}

/// Fields with one value (RFC 9110 §5.3), by which a proxy may have decided: it may have taken the
/// other one.
std::optional<Problem> RequestReader::validate_repetitions() const {
  for (const char* name :
       {"Content-Type", "Authorization", "Origin", "Access-Control-Request-Method"}) {
    if (parser_.headers.count(name) > 1) {
      return Problem(kBadRequest, std::string("more than one ") + name + " header");
    }
  }
  return std::nullopt;
}

std::optional<Problem> RequestReader::validate_target() {
  const auto method = parse_method(parser_.method);
  if (!method) return Problem(kNotImplemented, "the method is not one of those known here");
  request_.method = *method;
  if (parser_.target.size() > limits_.max_target_bytes) {
    return Problem(kUriTooLong,
                   "at most " + std::to_string(limits_.max_target_bytes) + " bytes are accepted");
  }
  if (parser_.target == "*" && *method == Method::options) {
    raw_path_ = parser_.target;
    request_.path = "*";
    return std::nullopt;
  }
  const auto target = split_target(parser_.target);
  if (!target) return Problem(kBadRequest, "the request target is not a path");
  raw_path_ = target->path;
  auto path = percent_decode(target->path);
  if (!path) return Problem(kBadRequest, "the path is not valid percent-encoded UTF-8 without NUL");
  request_.path = *std::move(path);
  auto query = parse_query(target->query);
  if (!query) {
    return Problem(kBadRequest, "the query is not valid percent-encoded UTF-8 without NUL");
  }
  request_.query = *std::move(query);
  return std::nullopt;
}

std::optional<Problem> RequestReader::validate_expectation() {
  const auto expect = parser_.headers.find("Expect");
  if (!expect || parser_.version == 10) return std::nullopt;
  if (parser_.headers.count("Expect") > 1 || !equal_without_case(*expect, "100-continue")) {
    return Problem(kExpectationFailed, "only 100-continue can be expected");
  }
  expects_continue_ = !parser_.is_done();
  return std::nullopt;
}

Request RequestReader::take() {
  request_.headers = std::move(parser_.headers);
  request_.body = std::move(parser_.body);
  return std::move(request_);
}

}  // namespace remit::net
