#include "statement_text.hpp"

#include "remit/net/json_writer.hpp"

namespace remit::wallets {
namespace {

constexpr std::string_view kOpening = "opening";
constexpr std::string_view kClosing = "closing";
constexpr std::string_view kEndOfLine = "\r\n";

/// One of its two ends.
struct Balance {
  std::string_view type;
  Timestamp at;
  std::int64_t amount;
};

std::string balance_row(StatementFormat format, const StatementHead& head, const Balance& balance) {
  const std::string account = ledger::wallet_account(head.user_id);
  const std::string_view currency = to_string(head.span.currency);
  if (format == StatementFormat::csv) {
    std::string row(balance.type);
    row.append(",,,").append(to_rfc3339(balance.at)).append(",").append(csv_text(account));
    row.append(",,").append(currency).append(",,,").append(std::to_string(balance.amount));
    return row.append(",").append(kEndOfLine);
  }
  net::JsonWriter json;
  json.begin_object()
      .member("type", balance.type)
      .member("account_id", account)
      .member("currency", currency)
      .member("balance", balance.amount)
      .member("timestamp", to_rfc3339(balance.at))
      .end_object();
  return json.take() + "\n";
}

std::string csv_row(const ledger::Entry& entry) {
  std::string row = "entry,";
  row.append(csv_text(entry.id)).append(",").append(entry.transaction_id.to_string());
  row.append(",").append(to_rfc3339(entry.at)).append(",").append(csv_text(entry.account));
  row.append(",").append(csv_text(entry.counter_account)).append(",");
  row.append(to_string(entry.amount.currency)).append(",");
  if (entry.is_debit) row.append(std::to_string(entry.amount.minor));
  row.append(",");
  if (!entry.is_debit) row.append(std::to_string(entry.amount.minor));
  row.append(",");
  if (entry.balance_after) row.append(std::to_string(*entry.balance_after));
  return row.append(",").append(csv_text(entry.description)).append(kEndOfLine);
}

std::string ndjson_row(const ledger::Entry& entry) {
  constexpr std::string_view kType = R"({"type":"entry",)";
  return std::string(kType) + ledger::entry_json(entry).substr(1) + "\n";
}

}  // namespace

std::string csv_text(std::string_view text) {
  constexpr std::string_view kFormula = "=+-@\t\r\n";
  constexpr std::string_view kQuoted = ",\"\r\n";
  std::string field;
  if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) field = "'";
  field += text;
  if (field.find_first_of(kQuoted) == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

std::string opening_rows(StatementFormat format, const StatementHead& head) {
  std::string rows;
  if (format == StatementFormat::csv) {
    rows =
        "type,entry_id,transaction_id,timestamp,account_id,counter_account_id,currency,debit,"
        "credit,balance_after,description\r\n";
  }
  return rows + balance_row(format, head,
                            {.type = kOpening, .at = head.from, .amount = head.span.opening});
}

std::string entry_rows(StatementFormat format, std::span<const StatementEntry> entries) {
  std::string rows;
  for (const StatementEntry& each : entries) {
    rows += format == StatementFormat::csv ? csv_row(each.entry) : ndjson_row(each.entry);
  }
  return rows;
}

std::string closing_row(StatementFormat format, const StatementHead& head) {
  return balance_row(format, head,
                     {.type = kClosing, .at = head.span.to, .amount = head.span.closing});
}

std::string statement_json(const StatementHead& head, std::span<const StatementEntry> entries,
                           std::string_view next_cursor) {
  net::JsonWriter json;
  json.begin_object()
      .member("user_id", head.user_id)
      .member("currency", to_string(head.span.currency))
      .member("from", to_rfc3339(head.from))
      .member("to", to_rfc3339(head.span.to))
      .member("opening_balance", head.span.opening)
      .member("closing_balance", head.span.closing)
      .name("data")
      .begin_array();
  for (const StatementEntry& each : entries) json.raw(ledger::entry_json(each.entry));
  json.end_array().member_or_null("next_cursor", next_cursor).end_object();
  return json.take();
}

}  // namespace remit::wallets
