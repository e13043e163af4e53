#include "statement_requests.hpp"

#include <array>

#include "remit/net/accept.hpp"
#include "wallet_requests.hpp"

namespace remit::wallets {

Result<std::optional<Timestamp>> read_time_at(const net::Request& request, Timestamp now) {
  net::QueryReader query(request, {"at"});
  const std::optional<Timestamp> at = query.not_after("at");
  if (at && *at > now) query.add_error("at", "must not be in the future");
  if (!query.ok()) return fail(query.problem());
  return at;
}

Result<StatementWish> read_statement(const net::Request& request) {
  Result<std::string> user = read_user_id(request);
  if (!user) return fail(std::move(user.error()));
  constexpr std::array kTypes = {kJsonType, kCsvType, kNdjsonType};
  constexpr std::array kFormats = {StatementFormat::json, StatementFormat::csv,
                                   StatementFormat::ndjson};
  const StatementFormat format = kFormats.at(net::preferred_type(request.headers, kTypes));
  const bool is_paged = format == StatementFormat::json;
  net::QueryReader query = is_paged ? net::QueryReader(request, {"from", "to", "limit", "cursor"})
                                    : net::QueryReader(request, {"from", "to"});
  StatementWish wish{.wanted = {.which = {.tenant = request.tenant(), .user_id = *std::move(user)}},
                     .format = format};
  // Both bounds are rounded up: what is at `to` belongs to the statement after this one.
  const std::optional<Timestamp> from = query.not_before("from");
  wish.wanted.to = query.not_before("to");
  query.expect_order("from", "to");
  wish.has_from = from.has_value();
  wish.wanted.from = from.value_or(Timestamp{});
  if (is_paged) {
    wish.limit = query.limit();
    if (const auto cursor = query.cursor()) {
      wish.after = ledger::numbers_of(*cursor).first;
      wish.wanted.to = cursor->at;
    }
  }
  if (!query.ok()) return fail(query.problem());
  return wish;
}

}  // namespace remit::wallets
