// Rows of endpoints, for the files with SQL that read them. Called on lane threads.
#pragma once

#include <pqxx/row>
#include <string_view>

#include "remit/webhooks/endpoint_operations.hpp"

namespace remit::webhooks {

/// Of webhook_endpoint: what read_endpoint reads.
inline constexpr std::string_view kEndpointColumns =
    "endpoint_id, url, events, description, mode, max_per_second, header_names, signature,"
    " public_key, CASE WHEN previous_until > now() THEN previous_public_key END,"
    " CASE WHEN previous_until > now() THEN previous_until END, disabled_reason, created_at,"
    " updated_at";

[[nodiscard]] Endpoint read_endpoint(const pqxx::row& row);

/// The same for read_destination.
inline constexpr std::string_view kDestinationColumns =
    "url, mode, headers, secret, CASE WHEN previous_until > now() THEN previous_secret END,"
    " enabled";

[[nodiscard]] SealedDestination read_destination(const pqxx::row& row);

/// "payment.* wallet.updated" and other words with a blank in between.
[[nodiscard]] std::vector<std::string> split_words(std::string_view words);

}  // namespace remit::webhooks
