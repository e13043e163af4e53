// Trust and handshakes of the client's https connections.
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include "await_tuple.hpp"
#include "connection.hpp"

namespace remit::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

}  // namespace

Task<error_code> Connection::shake_hands(std::string host) {
  stream_.emplace(socket_, *tls_);
  error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  // Server names are for names alone (RFC 6066 §3).
  if (not_an_address && SSL_set_tlsext_host_name(stream_->native_handle(), host.c_str()) != 1) {
    co_return error_code(boost::asio::error::invalid_argument);
  }
  error_code error;
  stream_->set_verify_callback(ssl::host_name_verification(host), error);
  if (error) co_return error;
  const auto [failure] = co_await stream_->async_handshake(ssl::stream_base::client, kAwaitTuple);
  co_return failure;
}

std::expected<std::shared_ptr<ssl::context>, std::string> make_tls_context(
    const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  error_code error;
  context->set_verify_mode(ssl::verify_peer, error);
  if (!error) context->set_default_verify_paths(error);
  if (!error && !ca_file.empty()) context->load_verify_file(ca_file, error);
  if (error) return std::unexpected("trust anchors cannot be loaded: " + error.message());
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  return context;
}

}  // namespace remit::net
