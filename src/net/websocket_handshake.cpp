#include "websocket_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "remit/net/problems.hpp"
#include "text.hpp"

namespace remit::net {
namespace {

/// Whether the fields of that name, which are lists, name the token.
bool has_token(const Headers& headers, std::string_view name, std::string_view token) {
  return std::ranges::any_of(headers.all(), [&](const Header& header) {
    if (!equal_without_case(header.name, name)) return false;
    std::string_view rest = header.value;
    for (;;) {
      const std::size_t comma = rest.find(',');
      if (equal_without_case(trim(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) return false;
      rest.remove_prefix(comma + 1);
    }
  });
}

/// The base64 of 16 bytes, in its only form.
bool is_key(std::string_view text) {
  constexpr std::size_t kLength = 24;
  constexpr std::string_view kLast = "AQgw";
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return text.size() == kLength && text.ends_with("==") && kLast.contains(text[kLength - 3]) &&
         text.find_first_not_of(kDigits) == kLength - 2;
}

Response refuse(const Request& request, const ProblemCode& code, std::string_view detail) {
  return problem_response(Problem(code, std::string(detail)), request.trace.request_id);
}

Response require_upgrade(const Request& request, std::string_view detail) {
  Response response = refuse(request, kUpgradeRequired, detail);
  response.headers.push_back({"Upgrade", "websocket"});
  return response;
}

}  // namespace

Response answer_handshake(const Request& request) {
  constexpr std::string_view kVersion = "13";
  const Headers& headers = request.headers;
  if (!request.is_origin_allowed) {
    return refuse(request, kForbidden, "pages of this origin may not open a WebSocket here");
  }
  const bool asks = request.method == Method::get && !request.is_http_1_0 &&
                    has_token(headers, "Connection", "upgrade") &&
                    has_token(headers, "Upgrade", "websocket");
  if (!asks) return require_upgrade(request, "open a WebSocket (RFC 6455) here");
  if (headers.find_only("Sec-WebSocket-Version") != kVersion) {
    Response response = require_upgrade(request, "only version 13 of WebSocket is spoken");
    response.headers.push_back({"Sec-WebSocket-Version", std::string(kVersion)});
    return response;
  }
  const auto key = headers.find_only("Sec-WebSocket-Key");
  if (!key || !is_key(*key)) {
    return refuse(request, kBadRequest, "Sec-WebSocket-Key has to be the base64 of 16 bytes");
  }
  Response response;
  constexpr int kSwitchingProtocols = 101;
  response.status = kSwitchingProtocols;
  response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", accept_value(*key)}};
  return response;
}

std::string accept_value(std::string_view key) {
  constexpr std::string_view kSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  constexpr std::size_t kDigestBytes = 20;
  const std::string text = std::string(key).append(kSuffix);
  std::array<unsigned char, kDigestBytes> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1 ||
      length != digest.size()) {
    throw std::runtime_error("SHA-1 is not available");
  }
  std::array<unsigned char, 29> encoded{};  // 28 characters, and NUL.
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return {encoded.begin(), encoded.begin() + size};
}

}  // namespace remit::net
