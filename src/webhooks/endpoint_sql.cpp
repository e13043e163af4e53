#include "endpoint_sql.hpp"

#include <algorithm>
#include <utility>

#include "remit/storage/values.hpp"

namespace remit::webhooks {
namespace {

Mode read_mode(std::string_view text) {
  return text == to_string(Mode::thin) ? Mode::thin : Mode::full;
}

}  // namespace

std::vector<std::string> split_words(std::string_view words) {
  std::vector<std::string> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.emplace_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

Endpoint read_endpoint(const pqxx::row& row) {
  using Text = std::string;
  using Maybe = std::optional<std::string>;
  auto [id, url, events, description, mode, max_per_second, header_names, signature, public_key,
        previous_public_key, previous_until, disabled_reason, created_at, updated_at] =
      storage::read_row<Uuid, Text, Text, Text, Text, std::int64_t, Text, Text, Maybe, Maybe,
                        std::optional<Timestamp>, Maybe, Timestamp, Timestamp>(row);
  return {.id = id,
          .url = std::move(url),
          .events = split_words(events),
          .description = std::move(description),
          .mode = read_mode(mode),
          .max_per_second = max_per_second,
          .header_names = split_words(header_names),
          .signature = signature == to_string(KeyKind::pair) ? KeyKind::pair : KeyKind::shared,
          .public_key = std::move(public_key).value_or(""),
          .previous_public_key = std::move(previous_public_key).value_or(""),
          .previous_until = previous_until,
          .disabled_reason = std::move(disabled_reason).value_or(""),
          .created_at = created_at,
          .updated_at = updated_at};
}

SealedDestination read_destination(const pqxx::row& row) {
  using Maybe = std::optional<std::string>;
  auto [url, mode, headers, secret, previous, enabled] =
      storage::read_row<std::string, std::string, Maybe, std::string, Maybe, bool>(row);
  SealedDestination found{.url = std::move(url),
                          .mode = read_mode(mode),
                          .headers = std::move(headers).value_or(""),
                          .secrets = {std::move(secret)},
                          .enabled = enabled};
  if (previous) found.secrets.push_back(*std::move(previous));
  return found;
}

}  // namespace remit::webhooks
