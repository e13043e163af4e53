#include "remit/ledger/entry.hpp"

#include <array>

#include "remit/net/json_writer.hpp"

namespace remit::ledger {
namespace {

constexpr std::size_t kHalf = 8;

void put(std::uint8_t* bytes, std::int64_t value) {
  auto number = static_cast<std::uint64_t>(value);
  for (std::size_t i = kHalf; i > 0; --i, number >>= 8U) {
    bytes[i - 1] = static_cast<std::uint8_t>(number & 0xFFU);
  }
}

std::int64_t get(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < kHalf; ++i) number = number << 8U | bytes[i];
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::string entry_id(std::int64_t posting_id, bool is_debit) {
  return std::to_string(posting_id) + (is_debit ? "-d" : "-c");
}

std::string wallet_account(std::string_view user) {
  return std::string(kWalletPrefix) + std::string(user);
}

std::string entry_json(const Entry& entry) {
  net::JsonWriter json;
  json.begin_object()
      .member("entry_id", entry.id)
      .member("transaction_id", entry.transaction_id.to_string())
      .member("account_id", entry.account)
      .member("counter_account_id", entry.counter_account)
      .member("currency", to_string(entry.amount.currency))
      .member("debit", entry.debit())
      .member("credit", entry.credit());
  if (entry.balance_after) {
    json.member("balance_after", *entry.balance_after);
  } else {
    json.name("balance_after").null();
  }
  json.member("timestamp", to_rfc3339(entry.at))
      .member("description", entry.description)
      .end_object();
  return json.take();
}

net::Cursor number_cursor(Timestamp at, std::int64_t first, std::int64_t second) {
  std::array<std::uint8_t, 2 * kHalf> bytes{};
  put(bytes.data(), first);
  put(bytes.data() + kHalf, second);
  return {.at = at, .id = Uuid(bytes)};
}

std::pair<std::int64_t, std::int64_t> numbers_of(const net::Cursor& cursor) {
  const auto& bytes = cursor.id.bytes();
  return {get(bytes.data()), get(bytes.data() + kHalf)};
}

}  // namespace remit::ledger
