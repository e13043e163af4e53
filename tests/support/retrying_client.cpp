#include "support/retrying_client.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::milliseconds kPause{20};

std::string major_units(std::int64_t minor) {
  const std::string cents = std::to_string(minor % 100);
  return std::to_string(minor / 100) + (cents.size() == 1 ? ".0" : ".") + cents;
}

}  // namespace

void Addresses::set(std::size_t index, const HttpApi& api) {
  const std::lock_guard lock(mutex_);
  if (apis_.size() <= index) apis_.resize(index + 1, api);
  apis_[index] = api;
}

HttpApi Addresses::at(std::size_t turn) const {
  const std::lock_guard lock(mutex_);
  return apis_.at(turn % apis_.size());
}

std::vector<HttpApi> Addresses::all() const {
  const std::lock_guard lock(mutex_);
  return apis_;
}

Promise new_charge(std::int64_t amount_minor) {
  Promise promise;
  promise.kind = "charge";
  promise.key = fresh_uuid();
  promise.amount_minor = amount_minor;
  promise.currency = "BRL";
  promise.request =
      R"({"correlationId":")" + promise.key + R"(","amount":)" + major_units(amount_minor) + "}";
  return promise;
}

Promise new_conversion(const Json& body) {
  Promise promise;
  promise.kind = "conversion";
  promise.key = fresh_key();
  promise.amount_minor = body.at("amount");
  promise.currency = body.at("currency");
  promise.request = body.dump();
  return promise;
}

bool is_definite(const HttpAnswer& answer) {
  if (answer.status == 429 || answer.status == 408) return false;
  if (answer.code() == "REQUEST_IN_PROGRESS") return false;
  return answer.status >= 200 && answer.status < 500;
}

void note_answer(Promise& promise, const HttpAnswer& answer) {
  promise.status = answer.status;
  promise.answer = answer.body;
  if (!promise.is_accepted()) return;
  const Json json = answer.json();
  promise.payment_id = promise.kind == "charge" ? promise.key : json.value("payment_id", "");
}

std::optional<HttpAnswer> RetryingClient::repeat(const HttpApi& api, const Promise& promise) {
  HttpHeaders headers;
  if (promise.kind == "conversion") headers.emplace_back("Idempotency-Key", promise.key);
  return api.attempt("POST", "/payments", promise.request, headers);
}

Promise RetryingClient::charge(std::int64_t amount_minor, std::size_t first) const {
  Promise promise = new_charge(amount_minor);
  pursue(promise, first);
  return promise;
}

Promise RetryingClient::convert(const Json& body, std::size_t first) const {
  Promise promise = new_conversion(body);
  pursue(promise, first);
  return promise;
}

void RetryingClient::pursue(Promise& promise, std::size_t first) const {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  for (std::size_t turn = first; std::chrono::steady_clock::now() < deadline; ++turn) {
    ++promise.attempts;
    const auto answer = repeat(addresses_.at(turn), promise);
    if (answer && is_definite(*answer)) {
      note_answer(promise, *answer);
      return;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace remit::test
