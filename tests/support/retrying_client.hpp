// A client that does not give up: the same request under the same key, to one instance after the
// other, until one of them says what became of it; and the addresses it knows.
//
// Any thread, several clients at a time; the addresses outlive their clients. Nothing throws: a
// client whose patience ends says so in its promise.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "support/http_api.hpp"
#include "support/product.hpp"

namespace remit::test {

/// Where the instances are; a restarted one has another address.
class Addresses {
 public:
  explicit Addresses(std::vector<HttpApi> apis = {}) : apis_(std::move(apis)) {}

  void set(std::size_t index, const HttpApi& api);
  [[nodiscard]] HttpApi at(std::size_t turn) const;
  [[nodiscard]] std::vector<HttpApi> all() const;

 private:
  mutable std::mutex mutex_;  // of apis_
  std::vector<HttpApi> apis_;
};

/// What a client asked for, and what it was told.
struct Promise {
  std::string kind;  ///< "charge" or "conversion"
  std::string key;   ///< the Idempotency-Key, or the correlation id
  std::string request;
  std::int64_t amount_minor = 0;
  std::string currency;
  int status = 0;  ///< 0: the client gave up without knowing
  std::string answer;
  std::string payment_id;  ///< empty unless accepted
  int attempts = 0;

  [[nodiscard]] bool is_accepted() const { return status >= 200 && status < 300; }
};

class RetryingClient {
 public:
  explicit RetryingClient(const Addresses& addresses,
                          std::chrono::milliseconds patience = std::chrono::seconds(60))
      : addresses_(addresses), patience_(patience) {}

  /// `first`: which instance is asked first; the next attempt goes to the next one.
  [[nodiscard]] Promise charge(std::int64_t amount_minor = 1990, std::size_t first = 0) const;
  [[nodiscard]] Promise convert(const Json& body = conversion_body(), std::size_t first = 0) const;
  /// Asks for what a promise is about, again and again, until somebody says what became of it.
  void pursue(Promise& promise, std::size_t first = 0) const;
  /// Sends a promise's request once more; nothing when there is no whole answer.
  [[nodiscard]] static std::optional<HttpAnswer> repeat(const HttpApi& api, const Promise& promise);

 private:
  const Addresses& addresses_;
  std::chrono::milliseconds patience_;
};

/// A promise not asked for yet.
[[nodiscard]] Promise new_charge(std::int64_t amount_minor);
[[nodiscard]] Promise new_conversion(const Json& body);
/// Whether an answer ends the retries: a success, or a refusal that is not about this moment.
[[nodiscard]] bool is_definite(const HttpAnswer& answer);
/// Writes an answer into the promise that it answers.
void note_answer(Promise& promise, const HttpAnswer& answer);

}  // namespace remit::test
