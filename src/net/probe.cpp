#include "remit/net/probe.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "listen_address.hpp"

namespace remit::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Stream = boost::beast::basic_stream<asio::generic::stream_protocol>;

constexpr std::uint64_t kLargestBody = 65'536;

std::expected<Stream::endpoint_type, std::string> endpoint_to_ask(const std::string& address) {
  if (const auto path = unix_path_of(address)) return unix_endpoint_of(*path);
  auto endpoint = tcp_endpoint_of(address);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (endpoint->address().is_unspecified()) {
    const bool is_v4 = endpoint->address().is_v4();
    endpoint->address(is_v4 ? asio::ip::address(asio::ip::address_v4::loopback())
                            : asio::ip::address(asio::ip::address_v6::loopback()));
  }
  return *endpoint;
}

}  // namespace

std::expected<ProbeAnswer, std::string> probe(const std::string& address, const std::string& target,
                                              std::chrono::milliseconds timeout) {
  const auto endpoint = endpoint_to_ask(address);
  if (!endpoint) return std::unexpected(endpoint.error());
  asio::io_context loop;
  Stream stream(loop);
  error_code error;
  // What has begun goes on until it is done or too late.
  const auto done = [&](const auto& begin) {
    loop.restart();
    begin([&error](error_code ended, auto&&...) { error = ended; });
    loop.run();
    return !error;
  };
  stream.expires_after(timeout);
  http::request<http::empty_body> request(http::verb::get, target, 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "close");
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestBody);
  const bool answered = done([&](auto then) { stream.async_connect(*endpoint, then); }) &&
                        done([&](auto then) { http::async_write(stream, request, then); }) &&
                        done([&](auto then) { http::async_read(stream, buffer, parser, then); });
  if (!answered) return std::unexpected(address + ": " + error.message());
  return ProbeAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace remit::net
