#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "client_fixture.hpp"
#include "tls_peer.hpp"

namespace remit::net {
namespace {

using testing::HasSubstr;
using Kind = CallError::Kind;

class ClientTls : public ClientTest {
 protected:
  ClientTls()
      : ca_file_((std::filesystem::temp_directory_path() /
                  ("remit-net-test-" + std::to_string(::getpid()) + ".pem"))
                     .string()) {}
  ~ClientTls() override { std::filesystem::remove(ca_file_); }

  void make_trusting(const std::string& url, const PemPair& anchor) {
    std::ofstream(ca_file_) << anchor.certificate;
    ClientSettings settings;
    settings.base_url = url;
    settings.ca_file = ca_file_;
    make(std::move(settings));
  }
  void expect_refused(const std::string& reason) {
    const CallResult result = run(get("/"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Kind::no_connection);
    EXPECT_FALSE(result.error().request_sent);
    EXPECT_THAT(result.error().detail, HasSubstr(reason));
    client_.reset();
  }

  std::string ca_file_;
};

TEST_F(ClientTls, ATrustedPeerIsSpokenTo) {
  const PemPair identity = make_certificate("DNS:localhost");
  TlsPeer peer(identity);
  make_trusting(peer.url("localhost"), identity);
  for (int i = 0; i < 5; ++i) {
    const CallResult result = run(get("/"));
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->body, "secret");
  }
  EXPECT_EQ(client_->connections_made(), 1U);
  client_.reset();
}

TEST_F(ClientTls, NamesAreSentAndAddressesAreNot) {
  const PemPair by_name = make_certificate("DNS:localhost");
  {
    TlsPeer peer(by_name);
    make_trusting(peer.url("localhost"), by_name);
    ASSERT_TRUE(run(get("/")));
    EXPECT_EQ(peer.server_name(), "localhost");
    client_.reset();
  }
  const PemPair by_address = make_certificate("IP:127.0.0.1");
  TlsPeer peer(by_address);
  make_trusting(peer.url("127.0.0.1"), by_address);
  const CallResult result = run(get("/"));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(peer.server_name(), "");
  client_.reset();
}

TEST_F(ClientTls, AnUnknownIssuerIsRefused) {
  TlsPeer peer(make_certificate("DNS:localhost"));
  make_trusting(peer.url("localhost"), make_certificate("DNS:localhost"));
  expect_refused("certificate verify failed");
}

TEST_F(ClientTls, TheSystemDoesNotTrustASelfSignedOne) {
  TlsPeer peer(make_certificate("DNS:localhost"));
  make_for(peer.url("localhost"));
  expect_refused("certificate verify failed");
}

TEST_F(ClientTls, AnotherNameIsRefused) {
  const PemPair identity = make_certificate("DNS:elsewhere.example");
  TlsPeer peer(identity);
  make_trusting(peer.url("localhost"), identity);
  expect_refused("certificate verify failed");
}

TEST_F(ClientTls, AnExpiredCertificateIsRefused) {
  const PemPair identity = make_certificate("DNS:localhost", -1);
  TlsPeer peer(identity);
  make_trusting(peer.url("localhost"), identity);
  expect_refused("certificate verify failed");
}

TEST_F(ClientTls, OldProtocolsAreRefused) {
  const PemPair identity = make_certificate("DNS:localhost");
  TlsPeer peer(identity, TLS1_1_VERSION);
  make_trusting(peer.url("localhost"), identity);
  expect_refused("TLS failed");
}

TEST_F(ClientTls, APeerWithoutTlsIsRefused) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) {
    socket.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    socket.read_to_end();
  });
  make_for("https://127.0.0.1:" + std::to_string(peer.port()));
  expect_refused("TLS failed");
}

TEST_F(ClientTls, AHandshakeThatStallsSentNothing) {
  test::ScriptedPeer peer([](test::RawSocket& socket, std::size_t) { socket.read_to_end(); });
  make_for("https://127.0.0.1:" + std::to_string(peer.port()));
  const CallResult result = run(hasty(post("/", "{}")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, Kind::timed_out);
  EXPECT_FALSE(result.error().request_sent);
  client_.reset();
}

TEST_F(ClientTls, AMissingTrustAnchorIsNamed) {
  ClientSettings settings;
  settings.base_url = "https://localhost";
  settings.ca_file = ca_file_;
  EXPECT_FALSE(Client::make(context_.get_executor(), settings, clock_));
}

}  // namespace
}  // namespace remit::net
