#include "listen_address.hpp"

#include <sys/un.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <string_view>

#include "remit/base/text.hpp"

namespace remit::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kUnixPrefix = "unix:";

}  // namespace

std::optional<std::string> unix_path_of(const std::string& address) {
  if (!address.starts_with(kUnixPrefix)) return std::nullopt;
  return address.substr(kUnixPrefix.size());
}

std::expected<asio::ip::tcp::endpoint, std::string> tcp_endpoint_of(const std::string& address) {
  const std::string wrong = "'" + address + "' is not host:port with a numeric host";
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::unexpected(wrong);
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost") host = "127.0.0.1";
  const auto port = parse_number<std::uint16_t>(std::string_view(address).substr(colon + 1));
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(host, error);
  if (error || !port) return std::unexpected(wrong);
  return asio::ip::tcp::endpoint(parsed, *port);
}

std::expected<asio::generic::stream_protocol::endpoint, std::string> unix_endpoint_of(
    const std::string& path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return std::unexpected("'" + path + "' is not usable as the path of a unix socket");
  }
  return asio::local::stream_protocol::endpoint(path);
}

}  // namespace remit::net
