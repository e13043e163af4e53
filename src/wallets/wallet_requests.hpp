// Bodies, paths and queries of the routes of wallets → what the service takes. Every field at fault
// is told. Pure; any thread.
#pragma once

#include <string>

#include "remit/net/http.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/wallets/movement.hpp"
#include "remit/wallets/wallet_operations.hpp"

namespace remit::wallets {

// `always_strict`: a repeated request is 409 instead of being answered again.
[[nodiscard]] Result<MovementRequest> read_opening(const net::Request& request, bool always_strict,
                                                   Timestamp now);
[[nodiscard]] Result<MovementRequest> read_funds(const net::Request& request, bool is_withdrawal,
                                                 bool always_strict, Timestamp now);
[[nodiscard]] Result<MovementRequest> read_transfer(const net::Request& request, bool always_strict,
                                                    Timestamp now);
[[nodiscard]] Result<MovementRequest> read_batch(const net::Request& request, bool always_strict,
                                                 Timestamp now);
[[nodiscard]] Result<MovementRequest> read_capture(const net::Request& request, bool always_strict,
                                                   Timestamp now);

/// kWalletNotFound for what can be the id of no user.
[[nodiscard]] Result<std::string> read_user_id(const net::Request& request);
/// kTransactionNotFound for what can be the id of no transaction.
[[nodiscard]] Result<Uuid> read_transaction_id(const net::Request& request);
/// Empty: it may be left out, and was.
[[nodiscard]] Result<std::string> read_reason(const net::Request& request, bool is_optional);
[[nodiscard]] Result<ListWallets::Input> read_wallet_list(const net::Request& request);
[[nodiscard]] Result<ListTransfers::Input> read_transfer_list(const net::Request& request);

/// Where a page of wallets ended.
[[nodiscard]] net::Cursor cursor_of(const Wallet& last);

}  // namespace remit::wallets
