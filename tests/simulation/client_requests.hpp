// What clients ask of the service and what they are told, as it crosses the network. Values.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "remit/payments/payment.hpp"
#include "remit/wallets/movement.hpp"
#include "support/tenants.hpp"

namespace remit::simulation {

/// Of a run. Nearly all is the first's.
inline constexpr std::array kTenants{kTenant, kOtherTenant, kSpreadTenant};

struct ClientRequest {
  enum class Type : std::uint8_t {
    charge,
    convert,
    quote,
    cancel,
    retry,
    summary,
    get,
    move,
    cancel_transaction,
    freeze_wallet,
    delete_wallet
  };
  Type type = Type::charge;
  Tenant tenant = kTenant;
  Uuid payment_id;  ///< of a charge its correlation id; or a transaction's
  std::string key;
  std::string fingerprint;
  Money amount;
  std::optional<Currency> destination_currency;
  std::optional<Uuid> quote_id;
  std::string source_account;
  std::string destination_account;
  Duration delay{0};
  bool strict = false;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::shared_ptr<const wallets::Movement> movement;
  std::string user;    ///< whose wallet
  std::string reason;  ///< to freeze it; empty: it may pay again
};

struct ClientAnswer {
  int status = 0;           ///< 0: none came
  std::string_view code{};  ///< of a problem
  std::string body{};
  std::string resource_id{};
  bool replayed = false;
  bool stored = false;  ///< it is what the key holds
  std::optional<quotes::Quote> quote{};
  std::optional<payments::Summary> summary{};
  std::optional<payments::Payment> payment{};
};

using SharedClientRequest = std::shared_ptr<const ClientRequest>;
using Answered = std::function<void(ClientAnswer)>;

}  // namespace remit::simulation
