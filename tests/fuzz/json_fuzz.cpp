// Bytes of a body → JSON → requests for payments and quotes. Promises:
//   * what is taken for JSON is JSON, also for another parser;
//   * a value is the same when it is written and read again, and its canonical form is one;
//   * amounts and texts that are taken are within their bounds, and an amount has the value of its
//     characters;
//   * a body and the same body written otherwise make the same request, with the same fingerprint;
//   * what is refused is named by its pointer.
#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "metadata.hpp"
#include "payment_requests.hpp"
#include "plain_decimal.hpp"
#include "quote_requests.hpp"
#include "remit/idempotency/key.hpp"
#include "support/caller.hpp"
#include "text.hpp"

namespace remit::fuzz {
namespace {

using net::JsonValue;
using payments::ChargeRequest;
using payments::ConversionRequest;

constexpr Timestamp kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}};
constexpr auto kTenYears = std::chrono::hours(24 * 365 * 10);

net::Request request_with(std::string_view body) {
  net::Request request = test_request();
  request.method = net::Method::post;
  request.path = "/payments";
  request.headers.add("Idempotency-Key", "key-of-ten-characters");
  request.trace.request_id = "request-1";
  request.body = body;
  return request;
}

void check_problem(const Problem& problem) {
  require(problem.code.status >= 400 && problem.code.status < 500, "it is the client's",
          problem.detail);
  require(problem.code != kValidationError || !problem.errors.empty(), "a fault is named");
  require(problem.errors.size() <= net::FieldReader::kMaxFaults + 1, "in few words");
  for (const FieldError& error : problem.errors) {
    require(error.pointer.empty() || error.pointer.starts_with('/'), "by pointer", error.pointer);
    require(!error.detail.empty(), "and said what it is", error.pointer);
  }
  const std::string body = net::problem_body(problem, "request-1");
  require(nlohmann::json::accept(body), "a problem is JSON", body);
}

bool has_length(const std::string& text, std::size_t least, std::size_t most) {
  const std::size_t length = net::count_code_points(text);
  return is_utf8(text) && text.find('\0') == std::string::npos && length >= least && length <= most;
}

std::string text_of(const std::optional<Timestamp>& time) { return time ? to_rfc3339(*time) : "-"; }

std::string check(const ChargeRequest& charge, const JsonValue& body) {
  require(charge.amount.minor >= 1 && charge.amount.minor <= kMaxAmount, "an amount has bounds");
  const std::string& written = body.object()->find("amount")->second.number()->text;
  const auto plain = plain_decimal(written);
  require(plain && plain_scaled(*plain, minor_digits(charge.amount.currency)) ==
                       std::to_string(charge.amount.minor),
          "an amount has the value of its characters", written);
  return "charge " + charge.correlation_id.to_string() + " " + to_string(charge.amount);
}

std::string check(const ConversionRequest& conversion, const JsonValue& body) {
  require(conversion.amount.minor >= 1 && conversion.amount.minor <= kMaxAmount, "bounds");
  require(conversion.amount.currency != Currency::USDC, "clients have no stablecoin");
  require(has_length(conversion.source_account, 3, 100), "an account has its length");
  require(has_length(conversion.destination_account, 3, 100), "an account has its length");
  require(conversion.source_account != conversion.destination_account, "two accounts");
  require(conversion.external_id.empty() || has_length(conversion.external_id, 1, 255), "an id");
  const bool is_late = conversion.execute_at && *conversion.execute_at <= kNow;
  require(is_late == conversion.too_late.has_value(), "what is too late is known to be");
  require(!conversion.execute_at || *conversion.execute_at <= kNow + kTenYears,
          "ten years at most");
  require(conversion.metadata.size() <= payments::kMaxMetadataBytes, "metadata has its limit");
  if (!conversion.metadata.empty()) {
    const auto kept = net::parse_json(conversion.metadata);
    require(kept && kept->object() != nullptr, "metadata stays an object", conversion.metadata);
    require(net::json_text(*kept) == conversion.metadata, "metadata stays as it is");
    require(net::json_text(body.object()->find("metadata")->second) == conversion.metadata,
            "metadata is what was sent");
  }
  return "conversion " + conversion.claim.fingerprint + to_string(conversion.amount) + " " +
         conversion.source_account + ">" + conversion.destination_account + " " +
         (conversion.quote_id ? conversion.quote_id->to_string() : "-") + " " +
         (conversion.destination_currency ? to_string(*conversion.destination_currency) : "-")
             .data() +
         conversion.external_id + text_of(conversion.execute_at);
}

/// What is made of the body, as a text to compare.
std::string payment_of(std::string_view text, const JsonValue& body) {
  const auto payment = payments::read_payment(request_with(text), {}, kNow);
  if (payment) return std::visit([&](const auto& one) { return check(one, body); }, *payment);
  check_problem(payment.error());
  return std::string(payment.error().code.name) + " " + payment.error().detail;
}

std::string quote_of(std::string_view text) {
  const auto quote = quotes::read_quote_request(
      request_with(text), {"destination_country", "priority", "customer_tier"});
  if (!quote) {
    check_problem(quote.error());
    return std::string(quote.error().code.name);
  }
  require(quote->amount.minor >= 1 && quote->amount.minor <= kMaxAmount, "an amount has bounds");
  require(quote->to != Currency::USDC, "clients have no stablecoin");
  return to_string(quote->amount) + std::string(to_string(quote->to));
}

JsonValue read_again(const std::string& text) {
  auto value = net::parse_json(text);
  require(value.has_value(), "what was written can be read", text);
  return *std::move(value);
}

void check_body(std::string_view text) {
  const auto value = net::parse_json(text);
  if (!value) {
    require(value.error().code == kInvalidJson, "it is no JSON");
    return check_problem(value.error());
  }
  require(nlohmann::json::accept(text), "another parser takes it, too", text);
  const std::string written = net::json_text(*value);
  require(net::json_text(read_again(written)) == written, "written again, it is the same", written);
  const std::string canonical = net::canonical_json(*value);
  const JsonValue from_canonical = read_again(canonical);
  require(net::canonical_json(from_canonical) == canonical, "there is one canonical form",
          canonical);
  require(net::canonical_json(read_again(written)) == canonical, "of all spellings", canonical);

  const std::string payment = payment_of(text, *value);
  require(payment_of(written, *value) == payment, "the same payment, however written", payment);
  const std::string quote = quote_of(text);
  require(quote_of(written) == quote && quote_of(canonical) == quote, "the same quote", quote);
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  check_body(text_of(data, size));
  return 0;
}
