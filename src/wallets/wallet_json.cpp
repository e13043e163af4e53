#include "wallet_json.hpp"

namespace remit::wallets {

using net::JsonWriter;

std::string wallet_json(const Wallet& wallet) {
  JsonWriter json;
  json.begin_object()
      .member("user_id", wallet.user_id)
      .member("name", wallet.name)
      .member("currency", to_string(wallet.currency))
      .member("balance", wallet.balance)
      .member("reserved", wallet.reserved)
      .member("version", wallet.version)
      .member("frozen", !wallet.frozen_reason.empty())
      .member_or_null("frozen_reason", wallet.frozen_reason)
      .member("created_at", to_rfc3339(wallet.created_at))
      .member("updated_at", to_rfc3339(wallet.updated_at))
      .end_object();
  return json.take();
}

std::string wallet_then_json(const WalletThen& then, Timestamp at) {
  JsonWriter json;
  json.begin_object()
      .member("user_id", then.wallet.user_id)
      .member("name", then.wallet.name)
      .member("currency", to_string(then.wallet.currency))
      .member("balance", then.balance)
      .member("reserved", then.reserved)
      .member("at", to_rfc3339(at))
      .member("created_at", to_rfc3339(then.wallet.created_at))
      .end_object();
  return json.take();
}

std::string transfer_json(const Transfer& transfer) {
  JsonWriter json;
  json.begin_object()
      .member("id", transfer.id.to_string())
      .member("kind", transfer.kind)
      .member_or_null("from_user_id", transfer.from_user)
      .member_or_null("to_user_id", transfer.to_user)
      .member("amount", transfer.amount.minor)
      .member("currency", to_string(transfer.amount.currency))
      .member("status", transfer.status)
      .member("capture", transfer.is_hold ? "manual" : "automatic");
  if (transfer.moved) {
    json.member("moved_amount", *transfer.moved);
  } else {
    json.name("moved_amount").null();
  }
  if (transfer.delay_seconds) {
    json.member("delay_seconds", *transfer.delay_seconds);
  } else {
    json.name("delay_seconds").null();
  }
  const std::string end = to_rfc3339(transfer.execute_at);
  json.member_or_null("execute_at", transfer.is_hold ? "" : end)
      .member_or_null("expires_at", transfer.is_hold ? end : "")
      .member_or_null("reason", transfer.reason)
      .member("created_at", to_rfc3339(transfer.created_at))
      .member("updated_at", to_rfc3339(transfer.updated_at))
      .end_object();
  return json.take();
}

}  // namespace remit::wallets
