// An address as `server.listen` has it, as an endpoint.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <expected>
#include <optional>
#include <string>

namespace remit::net {

/// The path of "unix:/path".
[[nodiscard]] std::optional<std::string> unix_path_of(const std::string& address);

/// "127.0.0.1:9999", "[::1]:0", "localhost:80". The error is a text.
[[nodiscard]] std::expected<boost::asio::ip::tcp::endpoint, std::string> tcp_endpoint_of(
    const std::string& address);

/// Of a socket's path, when a socket can have it.
[[nodiscard]] std::expected<boost::asio::generic::stream_protocol::endpoint, std::string>
unix_endpoint_of(const std::string& path);

}  // namespace remit::net
