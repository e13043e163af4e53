#include "wallet_facts.hpp"

#include <array>
#include <stdexcept>

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

outbox::Fact fact_of(const Wallet& wallet, Timestamp now) {
  return {.type = "wallet.updated",
          .resource = "/wallets/" + wallet.user_id,
          .at = now,
          .user = wallet.user_id,
          .data = wallet_json(wallet),
          .changes = "{}"};
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
    const outbox::Fact fact = fact_of(row.wallet, now);
    facts.add(row.tenant, Uuid(), 0, std::span(&fact, 1));
  }
  if (!facts.empty()) outbox::write_facts(transaction, bucket, facts);
}

}  // namespace remit::wallets
