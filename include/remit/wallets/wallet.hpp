// Wallets and the transactions between them (docs/wallets.md): what is stored and shown. Values;
// any thread. Amounts are minor units of the wallet's currency.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "remit/base/money.hpp"
#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"

namespace remit::wallets {

inline constexpr ProblemCode kWalletNotFound{"WALLET_NOT_FOUND", 404, "There is no such wallet"};
inline constexpr ProblemCode kWalletExists{"WALLET_EXISTS", 409, "The user has a wallet already"};
inline constexpr ProblemCode kWalletNotEmpty{"WALLET_NOT_EMPTY", 409,
                                             "The wallet still holds money"};
inline constexpr ProblemCode kWalletFrozen{"WALLET_FROZEN", 409, "The wallet pays nothing now"};
inline constexpr ProblemCode kInsufficientFunds{"INSUFFICIENT_FUNDS", 422,
                                                "The wallet has less than that to spend"};
inline constexpr ProblemCode kTransactionNotFound{"TRANSACTION_NOT_FOUND", 404,
                                                  "There is no such transaction"};
inline constexpr ProblemCode kNotCancelable{"NOT_CANCELABLE", 409,
                                            "The transaction can be cancelled no more"};
inline constexpr ProblemCode kNotCapturable{"NOT_CAPTURABLE", 409,
                                            "The transaction holds nothing to be captured"};

inline constexpr ProblemCode kCaptureTooLarge{"CAPTURE_TOO_LARGE", 422,
                                              "The hold is of less than that"};

/// Most that a wallet may have, balance and reservation together: far below what 64 bits hold, so
/// that sums over many wallets fit.
inline constexpr std::int64_t kMostInWallet = 1'000'000'000'000'000;
inline constexpr std::size_t kMaxUserId = 64;
inline constexpr std::size_t kMaxName = 200;
inline constexpr std::size_t kMaxReason = 200;

/// Its number in the installation, which no other wallet has ever.
using WalletId = std::int64_t;

struct Wallet {
  WalletId id = 0;
  std::string user_id = {};
  std::string name = {};
  Currency currency = Currency::USD;
  std::int64_t balance = 0;   ///< what can be spent
  std::int64_t reserved = 0;  ///< held for transactions that are not settled
  std::int64_t version = 0;
  std::string frozen_reason = {};  ///< empty: it is not frozen
  std::optional<Timestamp> deleted_at = std::nullopt;
  Timestamp created_at = {};
  Timestamp updated_at = {};

  [[nodiscard]] std::int64_t total() const { return balance + reserved; }
  friend bool operator==(const Wallet&, const Wallet&) = default;
};

inline constexpr std::string_view kTransfer = "transfer";
inline constexpr std::string_view kDeposit = "deposit";
inline constexpr std::string_view kWithdrawal = "withdrawal";

inline constexpr std::string_view kReserved = "RESERVED";
inline constexpr std::string_view kCompleted = "COMPLETED";
inline constexpr std::string_view kCancelled = "CANCELLED";
inline constexpr std::string_view kFailed = "FAILED";

// Why a transaction has ended otherwise than it was meant to.
inline constexpr std::string_view kRequested = "REQUESTED";               ///< a client cancelled it
inline constexpr std::string_view kExpired = "EXPIRED";                   ///< a hold, not captured
inline constexpr std::string_view kReceiverDeleted = "RECEIVER_DELETED";  ///< it went back
inline constexpr std::string_view kReceiverFull = "RECEIVER_FULL";        ///< see kMostInWallet

/// What moves money: named apart from a transaction of the database.
struct Transfer {
  Uuid id = {};
  std::string kind{kTransfer};
  std::optional<WalletId> from = std::nullopt;  ///< empty: outside
  std::optional<WalletId> to = std::nullopt;    ///< empty: outside
  std::string from_user = {};                   ///< empty: outside
  std::string to_user = {};                     ///< empty: outside
  Money amount = {};
  std::string status = {};
  std::optional<std::int64_t> moved = std::nullopt;  ///< of the amount, once it is completed
  bool is_hold = false;                              ///< it is settled by a capture alone
  std::optional<std::int64_t> delay_seconds = std::nullopt;
  Timestamp execute_at = {};  ///< of a hold: when it expires
  std::string reason = {};    ///< of a status that is not the usual one; or empty
  Timestamp created_at = {};
  Timestamp updated_at = {};
};

}  // namespace remit::wallets
