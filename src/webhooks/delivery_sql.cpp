#include "delivery_sql.hpp"

#include <algorithm>
#include <stdexcept>

#include "remit/base/sha256.hpp"
#include "remit/outbox/type_pattern.hpp"

namespace remit::webhooks {
namespace {

/// The first half of the digest of a text.
Uuid id_from(std::string_view text) {
  std::string digits = sha256(text).substr(0, 32);
  for (const std::size_t place : {20U, 16U, 12U, 8U}) digits.insert(place, 1, '-');
  const auto id = Uuid::parse(digits);
  if (!id) throw std::logic_error("a digest that is no id");
  return *id;
}

}  // namespace

NewDelivery new_delivery(const Tenant& tenant, const Uuid& endpoint, const outbox::Event& event) {
  const Uuid id =
      id_from("delivery " + endpoint.to_string() + " " + std::to_string(event.sequence));
  return {.tenant = tenant.id(),
          .endpoint = endpoint,
          .sequence = event.sequence,
          .id = make_id(id, tenant.home()),
          .event_type = event.type};
}

bool wants(const std::vector<std::string>& patterns, const outbox::Event& event) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return outbox::matches_type(pattern, event.type);
  });
}

}  // namespace remit::webhooks
