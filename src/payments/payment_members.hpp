// The members of a payment in JSON that answers and events have in common. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "remit/engine/saga.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/payments/payment.hpp"

namespace remit::payments {

/// null when there is none.
void write_instant(net::JsonWriter& json, std::string_view name,
                   const std::optional<Timestamp>& time);

struct Currencies {
  std::string_view paid;
  std::string_view paid_out;
};

/// What a conversion agreed on, which never changes.
void write_terms(net::JsonWriter& json, const ConversionDetails& details,
                 const Currencies& currencies);
/// Where the money of a conversion is; null where its legs cannot be read.
void write_ramps(net::JsonWriter& json, const engine::Saga& saga);
/// Of a charge: where it is, since when, and what that costs.
void write_charge(net::JsonWriter& json, const engine::Saga& saga);

}  // namespace remit::payments
