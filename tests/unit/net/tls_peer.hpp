// An https server on loopback with certificates made on the spot, so that none can expire.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "support/certificate.hpp"

namespace remit::net {

using test::make_certificate;
using test::PemPair;

class TlsPeer {
 public:
  /// `max_version` as OpenSSL numbers it; 0 is the newest.
  explicit TlsPeer(const PemPair& identity, int max_version = 0);
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;
  ~TlsPeer();

  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port());
  }
  /// That the last client asked for.
  [[nodiscard]] std::string server_name() {
    const std::lock_guard lock(mutex_);
    return server_name_;
  }

 private:
  void serve();

  boost::asio::io_context context_{1};
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::mutex mutex_;
  std::string server_name_;
  std::thread thread_;
};

}  // namespace remit::net
