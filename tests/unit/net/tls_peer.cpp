#include "tls_peer.hpp"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <utility>

namespace remit::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

}  // namespace

TlsPeer::TlsPeer(const PemPair& identity, int max_version)
    : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  tls_.use_certificate_chain(asio::buffer(identity.certificate));
  tls_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
  if (max_version != 0) {
    SSL_CTX_set_security_level(tls_.native_handle(), 0);
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls_.native_handle(), max_version);
  }
  thread_ = std::thread([this] { serve(); });
}

TlsPeer::~TlsPeer() {
  // Wakes the blocking accept; connections end with their clients.
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
  thread_.join();
}

void TlsPeer::serve() {
  boost::system::error_code error;
  while (!error) {
    tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    if (error) return;
    asio::ssl::stream<tcp::socket> stream(std::move(socket), tls_);
    boost::system::error_code ended;
    stream.handshake(asio::ssl::stream_base::server, ended);
    if (ended) continue;
    const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    {
      const std::lock_guard lock(mutex_);
      server_name_ = name == nullptr ? "" : name;
    }
    std::string bytes;
    while (!ended) {
      const std::size_t size =
          asio::read_until(stream, asio::dynamic_buffer(bytes), "\r\n\r\n", ended);
      if (ended) break;
      bytes.erase(0, size);
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
      asio::write(stream, asio::buffer(answer), ended);
    }
  }
}

}  // namespace remit::net
