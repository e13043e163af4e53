#include "tls_peer.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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

template <class Write>
std::string as_pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  if (write(memory.get()) != 1) throw std::runtime_error("PEM cannot be written");
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

PemPair make_certificate(const std::string& subject_name, int valid_days) {
  constexpr long kDay = 86'400;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_days * kDay);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const std::string common = "remit test";
  const void* common_bytes = common.data();
  X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                             static_cast<const unsigned char*>(common_bytes), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_subject_alt_name, subject_name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return {as_pem([&](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); }),
          as_pem([&](BIO* to) {
            return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

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
