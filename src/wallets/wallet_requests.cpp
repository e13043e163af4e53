#include "wallet_requests.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/json.hpp"

namespace remit::wallets {
namespace {

using net::FieldReader;
using Presence = FieldReader::Presence;

constexpr std::size_t kMostInBatch = 1'000;
/// An item has eight members at most.
constexpr std::size_t kMostValues = 9 * kMostInBatch + 2;
constexpr Timestamp kLastInstant{std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) +
                                 std::chrono::hours(24) - std::chrono::seconds(1)};

/// What names a user in a path and in `Location`.
bool is_user_id(std::string_view text) {
  constexpr std::string_view kMarks = "-_.@:+";
  // Programs on the way take these two out of a path.
  if (text == "." || text == "..") return false;
  return !text.empty() && text.size() <= kMaxUserId && std::ranges::all_of(text, [&](char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string read_user(FieldReader& fields, std::string_view name) {
  auto text = fields.text(name, 1, kMaxUserId);
  if (text && !is_user_id(*text)) {
    fields.add_error(name, "must be letters of ASCII, digits, and any of - _ . @ : +");
  }
  return std::move(text).value_or("");
}

/// The body; `{}` if the request may go without, and does.
Result<net::JsonValue> read_body(const net::Request& request, bool is_optional) {
  if (is_optional && request.body.empty()) return net::JsonValue(net::JsonObject());
  return request.json(kMostValues);
}

/// The whole of a request with a key: what `read` makes of its fields, and every fault.
template <class Read>
Result<MovementRequest> read_movement(const net::Request& request,
                                      const Result<net::JsonValue>& body, bool always_strict,
                                      Timestamp now, Read read) {
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  Movement movement = read(fields);
  Result<std::string> key = idempotency::read_key(request);
  if (!key && key.error().code == kMissingHeader) return fail(key.error());
  if (!fields.ok() || !key) {
    Problem problem = fields.ok() ? key.error() : fields.problem();
    if (!key && !fields.ok()) {
      problem.errors.insert(problem.errors.end(), key.error().errors.begin(),
                            key.error().errors.end());
    }
    return fail(std::move(problem));
  }
  const Tenant tenant = request.tenant();
  MovementRequest wanted(
      {.tenant = Tenant(tenant.id(), tenant.home(), 1),
       .key = *std::move(key),
       .fingerprint = idempotency::fingerprint(request.method, request.path, *body),
       .strict = always_strict || idempotency::wants_strict(request),
       .now = now});
  wanted.movement = std::move(movement);
  wanted.problem_request_id = request.trace.request_id;
  return wanted;
}

void read_time(FieldReader& fields, NewTransfer& item, Timestamp now) {
  const auto most = std::chrono::duration_cast<std::chrono::seconds>(kLastInstant - now).count();
  item.delay_seconds = fields.integer("delay_seconds", 0, most, Presence::optional);
  const auto text = fields.text("execute_at", 1, 64, Presence::optional);
  if (!text) return;
  if (item.delay_seconds) {
    fields.add_error("delay_seconds", "must not be given together with execute_at");
    return;
  }
  const auto at = parse_timestamp(*text, Rounding::up);
  if (at) {
    item.execute_at = *at;
  } else {
    fields.add_error("execute_at", at.error());
  }
}

void read_hold(FieldReader& fields, NewTransfer& item) {
  constexpr std::int64_t kLongestHold = 400LL * 24 * 3600;
  const auto capture = fields.text("capture", 1, 16, Presence::optional);
  if (capture && *capture != "manual" && *capture != "automatic") {
    fields.add_error("capture", "must be manual or automatic");
  }
  item.is_hold = capture == "manual";
  const auto expiry = fields.integer("expires_in_seconds", 1, kLongestHold,
                                     item.is_hold ? Presence::required : Presence::optional);
  if (!item.is_hold) {
    if (expiry) fields.add_error("expires_in_seconds", "needs capture: manual");
    return;
  }
  if (item.delay_seconds || item.execute_at) {
    fields.add_error("capture", "manual does not go with delay_seconds or execute_at");
  }
  item.delay_seconds = expiry;
}

NewTransfer read_item(FieldReader& fields, Timestamp now) {
  NewTransfer item;
  item.from_user = read_user(fields, "from_user_id");
  item.to_user = read_user(fields, "to_user_id");
  if (!item.from_user.empty() && item.from_user == item.to_user) {
    fields.add_error("to_user_id", "must be different from from_user_id");
  }
  item.amount = fields.integer("amount", 1, kMaxAmount).value_or(0);
  read_time(fields, item, now);
  read_hold(fields, item);
  if (const auto id = fields.uuid("transaction_id", Presence::optional)) {
    item.id = *id;
    item.has_own_id = true;
  }
  return item;
}

}  // namespace

Result<MovementRequest> read_opening(const net::Request& request, bool always_strict,
                                     Timestamp now) {
  return read_movement(
      request, read_body(request, false), always_strict, now, [](FieldReader& fields) -> Movement {
        OpenWallet wish;
        wish.user_id = read_user(fields, "user_id");
        wish.name = fields.text("name", 1, kMaxName, Presence::optional).value_or(wish.user_id);
        const auto text = fields.text("currency", 1, 16);
        const auto currency = text ? parse_fiat_currency(*text) : std::nullopt;
        if (text && !currency) {
          fields.add_error("currency", "must be one of USD, EUR, GBP, JPY, AUD, CAD, BRL");
        }
        wish.currency = currency.value_or(Currency::USD);
        wish.opening_balance =
            fields.integer("opening_balance", 0, kMaxAmount, Presence::optional).value_or(0);
        return wish;
      });
}

Result<MovementRequest> read_funds(const net::Request& request, bool is_withdrawal,
                                   bool always_strict, Timestamp now) {
  Result<std::string> user = read_user_id(request);
  if (!user) return fail(std::move(user.error()));
  return read_movement(
      request, read_body(request, false), always_strict, now, [&](FieldReader& fields) -> Movement {
        return MoveFunds{.is_withdrawal = is_withdrawal,
                         .user_id = *user,
                         .amount = fields.integer("amount", 1, kMaxAmount).value_or(0)};
      });
}

Result<MovementRequest> read_transfer(const net::Request& request, bool always_strict,
                                      Timestamp now) {
  return read_movement(request, read_body(request, false), always_strict, now,
                       [&](FieldReader& fields) -> Movement {
                         return CreateTransfers{.items = {read_item(fields, now)}};
                       });
}

Result<MovementRequest> read_batch(const net::Request& request, bool always_strict, Timestamp now) {
  return read_movement(
      request, read_body(request, false), always_strict, now, [&](FieldReader& fields) -> Movement {
        CreateTransfers wish{.items = {}, .is_batch = true};
        fields.each("transactions", {1, kMostInBatch},
                    [&](FieldReader& item) { wish.items.push_back(read_item(item, now)); });
        return wish;
      });
}

Result<MovementRequest> read_capture(const net::Request& request, bool always_strict,
                                     Timestamp now) {
  const Result<Uuid> id = read_transaction_id(request);
  if (!id) return fail(id.error());
  return read_movement(
      request, read_body(request, true), always_strict, now, [&](FieldReader& fields) -> Movement {
        return CaptureHold{.transaction_id = *id,
                           .amount = fields.integer("amount", 1, kMaxAmount, Presence::optional)};
      });
}

Result<std::string> read_user_id(const net::Request& request) {
  const std::string_view text = request.path_parameter("user_id");
  if (is_user_id(text)) return std::string(text);
  return fail(kWalletNotFound,
              "the user " + std::string(clip_text(text, kMaxUserId)) + " has no wallet");
}

Result<Uuid> read_transaction_id(const net::Request& request) {
  const std::string_view text = request.path_parameter("transaction_id");
  if (const auto id = Uuid::parse(text)) return *id;
  return fail(kTransactionNotFound, "there is no transaction " + std::string(clip_text(text, 64)));
}

Result<std::string> read_reason(const net::Request& request, bool is_optional) {
  const Result<net::JsonValue> body = read_body(request, is_optional);
  if (!body) return fail(body.error());
  FieldReader fields(*body);
  const Presence presence = is_optional ? Presence::optional : Presence::required;
  auto reason = fields.text("reason", 1, kMaxReason, presence);
  if (!fields.ok()) return fail(fields.problem());
  return std::move(reason).value_or("");
}

// A wallet's number stands in the place of an id.
net::Cursor cursor_of(const Wallet& last) {
  std::array<std::uint8_t, 16> bytes{};
  auto number = static_cast<std::uint64_t>(last.id);
  for (std::size_t i = bytes.size(); i > 8; --i, number >>= 8U) {
    bytes[i - 1] = static_cast<std::uint8_t>(number & 0xFFU);
  }
  return {.at = last.created_at, .id = Uuid(bytes)};
}

Result<ListWallets::Input> read_wallet_list(const net::Request& request) {
  net::QueryReader query(request, {"limit", "cursor"});
  ListWallets::Input wanted{.tenant = request.tenant(), .limit = query.limit()};
  if (const auto cursor = query.cursor()) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i < 16; ++i) number = number << 8U | cursor->id.bytes()[i];
    wanted.before = static_cast<WalletId>(number);
  }
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

Result<ListTransfers::Input> read_transfer_list(const net::Request& request) {
  Result<std::string> user = read_user_id(request);
  if (!user) return fail(std::move(user.error()));
  net::QueryReader query(request, {"limit", "cursor"});
  ListTransfers::Input wanted{.whose = {.tenant = request.tenant(), .user_id = *std::move(user)},
                              .limit = query.limit()};
  if (const auto cursor = query.cursor()) wanted.before.emplace(cursor->at, cursor->id);
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

}  // namespace remit::wallets
