#include "origin.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdint>

#include "remit/base/text.hpp"
#include "remit/net/client.hpp"

namespace remit::net {

std::expected<Origin, std::string> parse_origin(std::string_view url) {
  const std::string where = "'" + std::string(url) + "': ";
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return std::unexpected(where + "not a URL");
  const boost::urls::url_view& view = *parsed;
  Origin origin;
  origin.is_https = view.scheme() == "https";
  if (!origin.is_https && view.scheme() != "http") {
    return std::unexpected(where + "the scheme has to be http or https");
  }
  if (view.has_userinfo() || view.has_query() || view.has_fragment()) {
    return std::unexpected(where + "only scheme, host, port and path are allowed");
  }
  origin.host = view.host_address();
  if (origin.host.empty()) return std::unexpected(where + "there is no host");
  const std::string_view usual = origin.is_https ? "443" : "80";
  const auto port = view.port();
  origin.port = port.empty() ? std::string(usual) : std::string(port.data(), port.size());
  if (parse_number<std::uint16_t>(origin.port).value_or(0) == 0) {
    return std::unexpected(where + "the port is not usable");
  }
  const auto encoded_host = view.encoded_host();
  origin.host_header.assign(encoded_host.data(), encoded_host.size());
  if (origin.port != usual) origin.host_header += ":" + origin.port;
  const auto path = view.encoded_path();
  origin.prefix.assign(path.data(), path.size());
  while (origin.prefix.ends_with('/')) origin.prefix.pop_back();
  return origin;
}

std::string encode_component(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4U];
    encoded += kHex[byte & 0xFU];
  }
  return encoded;
}

}  // namespace remit::net
