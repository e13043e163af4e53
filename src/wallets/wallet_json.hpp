// Wallets and transactions as API and events show them. Pure; any thread.
#pragma once

#include <string>

#include "remit/net/json_writer.hpp"
#include "remit/wallets/history_operations.hpp"
#include "remit/wallets/wallet.hpp"

namespace remit::wallets {

[[nodiscard]] std::string wallet_json(const Wallet& wallet);
[[nodiscard]] std::string wallet_then_json(const WalletThen& then, Timestamp at);
[[nodiscard]] std::string transfer_json(const Transfer& transfer);

}  // namespace remit::wallets
