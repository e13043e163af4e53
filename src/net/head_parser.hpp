// Beast's message parser with our own sinks: fields go straight into `Headers`, the body into a
// string, and every field is kept, so that repeated ones can be seen. Trailers are read and
// dropped. One parser per message, used by one connection. Faults are error codes of
// boost::beast::http.
#pragma once

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <span>
#include <string>
#include <string_view>

#include "remit/net/http.hpp"

namespace remit::net {

/// Longest chunk extension that is skipped; no real client sends any.
inline constexpr std::size_t kMaxChunkExtension = 256;

/// A path whose requests may have more of a body than others.
struct LargeBody {
  std::string path;
  std::size_t max_bytes = 0;
};

template <bool is_request>
class HeadParser final : public boost::beast::http::basic_parser<is_request> {
 public:
  HeadParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
      : HeadParser(max_header_bytes, max_body_bytes, max_body_bytes) {}
  /// `wanted_bytes`: of the body, when more of it than is wanted may be announced.
  HeadParser(std::size_t max_header_bytes, std::size_t max_body_bytes, std::size_t wanted_bytes)
      : wanted_bytes_(wanted_bytes) {
    this->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    this->body_limit(max_body_bytes);
  }

  /// Outlives the parser.
  void expect_large(std::span<const LargeBody> larger) { larger_ = larger; }
  /// Of this message; of a request, once its first line was read.
  [[nodiscard]] std::size_t max_body_bytes() const { return wanted_bytes_; }

  std::string method;
  std::string target;
  int status = 0;
  int version = 11;
  Headers headers;
  std::string body;
  bool header_seen = false;

  /// Whether it has to be given more: once it has seen "0\r\n" it relies on getting all of a last
  /// chunk again, "0\r\n\r\n" at least. There is nothing shorter that a message could end in.
  [[nodiscard]] bool has_too_little(std::string_view bytes) const {
    constexpr std::size_t kShortestEnd = 5;
    return header_seen && !this->is_done() && this->chunked() && bytes.starts_with('0') &&
           bytes.size() < kShortestEnd;
  }

 private:
  using Text = boost::beast::string_view;
  using Error = boost::beast::error_code;
  using Length = boost::optional<std::uint64_t>;

  std::size_t wanted_bytes_;
  std::span<const LargeBody> larger_;

  void on_request_impl(boost::beast::http::verb /*verb*/, Text method_text, Text target_text,
                       int version_in, Error& /*error*/) override {
    method.assign(method_text.data(), method_text.size());
    target.assign(target_text.data(), target_text.size());
    version = version_in;
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    const auto large = std::ranges::find(larger_, path, &LargeBody::path);
    if (large == larger_.end()) return;
    wanted_bytes_ = large->max_bytes;
    this->body_limit(large->max_bytes);
  }

  void on_response_impl(int status_in, Text /*reason*/, int version_in, Error& /*error*/) override {
    status = status_in;
    version = version_in;
  }

  void on_field_impl(boost::beast::http::field /*known*/, Text name, Text value,
                     Error& /*error*/) override {
    if (!header_seen) headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }

  /// Pure in newer Beast, absent in older: hence neither `override` nor a parameter of ours.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winconsistent-missing-override"
  virtual void on_trailer_field_impl(boost::beast::http::field /*known*/, Text /*name*/,
                                     Text /*value*/, Error& /*error*/) {}
#pragma clang diagnostic pop

  void on_header_impl(Error& /*error*/) override { header_seen = true; }

  void on_body_init_impl(const Length& length, Error& /*error*/) override {
    if (length) body.reserve(std::min(static_cast<std::size_t>(*length), wanted_bytes_));
  }

  std::size_t on_body_impl(Text bytes, Error& /*error*/) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t /*size*/, Text extensions, Error& error) override {
    if (extensions.size() > kMaxChunkExtension) {
      error = boost::beast::http::error::bad_chunk_extension;
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, Text bytes,
                                 Error& /*error*/) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_finish_impl(Error& /*error*/) override {}
};

}  // namespace remit::net
