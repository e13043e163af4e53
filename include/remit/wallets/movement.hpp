// What clients ask of wallets, once per idempotency key. Values; any thread.
#pragma once

#include <variant>
#include <vector>

#include "remit/idempotency/key.hpp"
#include "remit/wallets/wallet.hpp"

namespace remit::wallets {

/// POST /wallets.
struct OpenWallet {
  std::string user_id = {};
  std::string name = {};
  Currency currency = Currency::USD;
  std::int64_t opening_balance = 0;
  Uuid deposit_id = {};  ///< of the transaction of its opening balance
};

/// POST /wallets/{user_id}/deposits and …/withdrawals.
struct MoveFunds {
  bool is_withdrawal = false;
  std::string user_id = {};
  std::int64_t amount = 0;
  Uuid transaction_id = {};
};

struct NewTransfer {
  Uuid id = {};
  bool has_own_id = false;  ///< the client chose it: then it is a key of its own
  std::string from_user = {};
  std::string to_user = {};
  std::int64_t amount = 0;
  bool is_hold = false;
  std::optional<std::int64_t> delay_seconds = std::nullopt;  ///< of a hold: until it expires
  std::optional<Timestamp> execute_at = std::nullopt;        ///< neither: at once
};

/// POST /transactions and /transactions/batch. An item of a batch that is refused is answered in
/// its place, and the others are carried out.
struct CreateTransfers {
  std::vector<NewTransfer> items;
  bool is_batch = false;
};

/// POST /transactions/{id}/capture.
struct CaptureHold {
  Uuid transaction_id = {};
  std::optional<std::int64_t> amount = std::nullopt;  ///< empty: all of it
};

using Movement = std::variant<OpenWallet, MoveFunds, CreateTransfers, CaptureHold>;

struct MovementRequest {
  explicit MovementRequest(idempotency::Claim used) : claim(std::move(used)) {}

  /// Of a tenant without its spread: keys of movements are where the wallets are.
  idempotency::Claim claim;
  Movement movement;
  std::string problem_request_id;  ///< of the request, for a refusal that is kept
};

}  // namespace remit::wallets
