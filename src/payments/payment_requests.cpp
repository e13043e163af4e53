#include "payment_requests.hpp"

#include <utility>

#include "metadata.hpp"
#include "remit/base/decimal.hpp"
#include "remit/base/text.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/payments/payment_machine.hpp"

namespace remit::payments {
namespace {

using net::FieldReader;
using Presence = FieldReader::Presence;

constexpr std::size_t kMaxExternalId = 255;
constexpr const char* kStartRange = "must be in the future, at most ten years from now";
/// Scheduled further away than this is a mistake of units.
constexpr std::int64_t kMaxDelaySeconds = 10LL * 365 * 24 * 3600;

Origin origin_of(const net::Request& request) {
  Origin origin;
  const auto request_id = request.headers.find_only("X-Request-Id");
  if (request_id && *request_id == request.trace.request_id) {
    origin.request_id = request.trace.request_id;
  }
  if (request.headers.find_only("traceparent")) origin.traceparent = request.trace.traceparent();
  return origin;
}

std::optional<Currency> read_currency(FieldReader& fields, std::string_view name,
                                      Presence presence) {
  const auto text = fields.text(name, 1, 16, presence);
  if (!text) return std::nullopt;
  const auto currency = parse_fiat_currency(*text);
  if (!currency) fields.add_error(name, "must be one of USD, EUR, GBP, JPY, AUD, CAD, BRL");
  return currency;
}

std::optional<std::int64_t> read_charge_amount(FieldReader& fields, Currency currency) {
  const auto text = fields.number_text("amount");
  if (!text) return std::nullopt;
  const auto minor = parse_decimal(*text, minor_digits(currency));
  if (!minor) {
    fields.add_error("amount", minor.error());
    return std::nullopt;
  }
  if (*minor < 1 || *minor > kMaxAmount) {
    fields.add_error("amount",
                     "must be above zero and at most " + major_units({kMaxAmount, currency}));
    return std::nullopt;
  }
  return *minor;
}

std::optional<Timestamp> read_start(FieldReader& fields, Timestamp now) {
  const auto at_text = fields.text("execute_at", 1, 64, Presence::optional);
  const auto delay = fields.integer("delay_seconds", 0, kMaxDelaySeconds, Presence::optional);
  if (at_text && delay) {
    fields.add_error("delay_seconds", "must not be given together with execute_at");
    return std::nullopt;
  }
  if (delay) return *delay == 0 ? std::nullopt : std::optional(now + std::chrono::seconds(*delay));
  if (!at_text) return std::nullopt;
  const auto at = parse_timestamp(*at_text, Rounding::up);
  if (at && *at <= now + std::chrono::seconds(kMaxDelaySeconds)) return *at;
  fields.add_error("execute_at", at ? kStartRange : at.error());
  return std::nullopt;
}

}  // namespace

Result<ChargeRequest> read_charge(const net::Request& request, const net::JsonValue& body,
                                  const PaymentRouteSettings& settings, Timestamp now) {
  // A charge's id is its key; one that is given besides has at least to be one.
  const Result<std::string> key = idempotency::read_key(request);
  if (!key && key.error().code != kMissingHeader) return fail(key.error());
  FieldReader fields(body);
  const auto id_text = fields.text("correlationId", 1, 64);
  const auto amount = read_charge_amount(fields, settings.charge_currency);
  const auto id = id_text ? Uuid::parse(*id_text) : std::nullopt;
  if (id_text && !id) fields.add_error("correlationId", "must be a UUID");
  // A request with these means a conversion: another currency, another unit, another time.
  for (const char* name :
       {"source_account", "destination_account", "quote_id", "currency", "destination_currency",
        "execute_at", "delay_seconds", "external_id", "metadata"}) {
    if (fields.has(name)) {
      fields.add_error(name, "does not go with correlationId, which makes this a charge");
    }
  }
  if (!fields.ok()) return fail(fields.problem());
  return ChargeRequest{.tenant = request.tenant(),
                       .correlation_id = *id,
                       .amount = {*amount, settings.charge_currency},
                       .strict = settings.always_strict || idempotency::wants_strict(request),
                       .now = now,
                       .origin = origin_of(request)};
}

Result<ConversionRequest> read_conversion(const net::Request& request, const net::JsonValue& body,
                                          const PaymentRouteSettings& settings, Timestamp now) {
  FieldReader fields(body);
  Result<std::string> key = idempotency::read_key(request);
  const auto amount = fields.integer("amount", 1, kMaxAmount);
  const auto currency = read_currency(fields, "currency", Presence::required);
  const auto source = fields.text("source_account", 3, 100);
  const auto destination = fields.text("destination_account", 3, 100);
  if (source && destination && *source == *destination) {
    fields.add_error("destination_account", "must be different from source_account");
  }
  const auto fingerprint = idempotency::fingerprint(request.method, request.path, body);
  ConversionRequest conversion(
      {.tenant = request.tenant(),
       .key = key ? std::move(*key) : std::string(),
       .fingerprint = fingerprint,
       .strict = settings.always_strict || idempotency::wants_strict(request),
       .now = now});
  const auto quote_text = fields.text("quote_id", 1, 64, Presence::optional);
  conversion.destination_currency =
      read_currency(fields, "destination_currency", Presence::optional);
  conversion.external_id =
      fields.text("external_id", 1, kMaxExternalId, Presence::optional).value_or("");
  conversion.metadata = read_metadata(fields);
  conversion.execute_at = read_start(fields, now);
  if (!key && key.error().code == kMissingHeader) return fail(key.error());
  const bool well_formed = fields.ok() && key;
  if (conversion.execute_at && *conversion.execute_at <= now) {
    fields.add_error("execute_at", kStartRange);
    conversion.too_late = fields.problem();
  }
  if (!well_formed) {
    Problem problem = fields.ok() ? key.error() : fields.problem();
    if (!key && !fields.ok()) {
      problem.errors.insert(problem.errors.end(), key.error().errors.begin(),
                            key.error().errors.end());
    }
    return fail(std::move(problem));
  }
  if (quote_text) {
    conversion.quote_id = quotes::parse_quote_id(*quote_text);
    if (!conversion.quote_id) {
      return fail(quotes::kQuoteNotFound, "there is no quote " + *quote_text);
    }
  }
  conversion.amount = {*amount, *currency};
  conversion.source_account = *source;
  conversion.destination_account = *destination;
  conversion.problem_request_id = request.trace.request_id;
  conversion.origin = origin_of(request);
  return conversion;
}

Result<PaymentRequest> read_payment(const net::Request& request,
                                    const PaymentRouteSettings& settings, Timestamp now) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  if (FieldReader(*body).has("correlationId")) return read_charge(request, *body, settings, now);
  return read_conversion(request, *body, settings, now);
}

Result<ListRequest> read_list(const net::Request& request) {
  net::QueryReader query(
      request, {"status", "kind", "created_from", "created_to", "external_id", "limit", "cursor"});
  ListRequest list(request.tenant());
  list.status = query.text("status");
  list.kind = query.text("kind");
  list.created_from = query.not_before("created_from");
  list.created_to = query.not_after("created_to");
  list.external_id = query.text("external_id");
  list.limit = query.limit();
  if (list.status && !is_payment_status(*list.status)) {
    query.add_error("status", "is not a status of payments");
  }
  if (list.kind && plan_of(*list.kind) == nullptr) {
    query.add_error("kind", "must be charge or conversion");
  }
  query.expect_order("created_from", "created_to");
  if (const auto cursor = query.cursor()) list.before.emplace(cursor->at, cursor->id);
  if (!query.ok()) return fail(query.problem());
  return list;
}

Result<SummaryRequest> read_summary(const net::Request& request,
                                    const PaymentRouteSettings& settings) {
  net::QueryReader query(request, {"from", "to"});
  const SummaryRequest summary{.tenant = request.tenant(),
                               .currency = settings.charge_currency,
                               .from = query.not_before("from"),
                               .to = query.not_after("to")};
  query.expect_order("from", "to");
  if (!query.ok()) return fail(query.problem());
  return summary;
}

Result<Uuid> read_payment_id(const net::Request& request) {
  const std::string_view text = request.path_parameter("payment_id");
  const auto id = Uuid::parse(text);
  if (!id) return fail(kPaymentNotFound, "there is no payment " + std::string(clip_text(text, 64)));
  return *id;
}

}  // namespace remit::payments
