// Certificates made on the spot, so that none can expire.
#pragma once

#include <string>

namespace remit::test {

/// A self-signed certificate authority or server certificate with its key, both as PEM.
struct PemPair {
  std::string certificate;
  std::string key;
};

/// `subject_name` is an OpenSSL subjectAltName: "DNS:localhost" or "IP:127.0.0.1". A negative
/// `valid_days` makes a certificate that has expired.
[[nodiscard]] PemPair make_certificate(const std::string& subject_name, int valid_days = 2);

}  // namespace remit::test
