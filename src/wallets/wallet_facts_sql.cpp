#include "wallet_facts_sql.hpp"

#include <array>
#include <stdexcept>

#include "remit/net/json_writer.hpp"
#include "remit/outbox/fact_sql.hpp"
#include "wallet_json.hpp"

namespace remit::wallets {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTypes{
    {{kReserved, "transaction.reserved"},
     {kCompleted, "transaction.completed"},
     {kCancelled, "transaction.cancelled"},
     {kFailed, "transaction.failed"}}};

std::string_view type_of(std::string_view status) {
  for (const auto& [its_status, type] : kTypes) {
    if (status == its_status) return type;
  }
  throw std::logic_error("a transaction has an unknown status");
}

outbox::Fact fact_of(const Transfer& transfer, Timestamp now) {
  const bool is_new = transfer.created_at == now;
  const std::string before = is_new ? "null" : '"' + std::string(kReserved) + '"';
  return {.type = type_of(transfer.status),
          .resource = "/transactions/" + transfer.id.to_string(),
          .at = now,
          .user = transfer.from_user.empty() ? transfer.to_user : transfer.from_user,
          .data = transfer_json(transfer),
          .changes = R"({"status":[)" + before + R"(,")" + transfer.status + R"("]})"};
}

/// {"balance":[1,2]}: what is another than before.
std::string changes_of(const Wallet& wallet, const std::optional<Wallet>& before) {
  net::JsonWriter json;
  json.begin_object();
  const auto number = [&](std::string_view name, std::int64_t Wallet::* member) {
    if (before && *before.*member == wallet.*member) return;
    json.name(name).begin_array();
    before ? json.integer(*before.*member) : json.null();
    json.integer(wallet.*member).end_array();
  };
  const auto flag = [&](std::string_view name, bool was, bool is) {
    if (was != is) json.name(name).begin_array().boolean(was).boolean(is).end_array();
  };
  number("balance", &Wallet::balance);
  number("reserved", &Wallet::reserved);
  if (before) {
    flag("frozen", !before->frozen_reason.empty(), !wallet.frozen_reason.empty());
    flag("deleted", before->deleted_at.has_value(), wallet.deleted_at.has_value());
  }
  json.end_object();
  return json.take();
}

outbox::Fact fact_of(const WalletRow& row, Timestamp now) {
  const Wallet& wallet = row.wallet;
  return {.type = "wallet.updated",
          .resource = "/wallets/" + wallet.user_id,
          .at = now,
          .user = wallet.user_id,
          .data = wallet_json(wallet),
          .changes = changes_of(wallet, row.before)};
}

}  // namespace

void write_facts(storage::Transaction& transaction, Bucket bucket, Timestamp now,
                 std::span<const TransferRow> transfers, std::span<const WalletRow> wallets) {
  outbox::FactArrays facts;
  for (const TransferRow& row : transfers) {
    const outbox::Fact fact = fact_of(row.transfer, now);
    facts.add(row.tenant, row.transfer.id, 0, std::span(&fact, 1));
  }
  for (const WalletRow& row : wallets) {
    const outbox::Fact fact = fact_of(row, now);
    facts.add(row.tenant, Uuid(), 0, std::span(&fact, 1));
  }
  if (!facts.empty()) outbox::write_facts(transaction, bucket, facts);
}

}  // namespace remit::wallets
