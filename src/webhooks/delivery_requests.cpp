#include "delivery_requests.hpp"

#include <limits>

#include "endpoint_requests.hpp"
#include "remit/base/text.hpp"
#include "remit/net/json.hpp"
#include "remit/net/query_reader.hpp"

namespace remit::webhooks {
namespace {

using Presence = net::FieldReader::Presence;

constexpr std::size_t kLongestTime = 64;

std::optional<DeliveryState> read_state(net::QueryReader& query) {
  const auto text = query.text("state");
  if (!text) return std::nullopt;
  for (const DeliveryState state : kDeliveryStates) {
    if (*text == to_string(state)) return state;
  }
  query.add_error("state", "must be pending, delivered or dead_lettered");
  return std::nullopt;
}

}  // namespace

Result<ListDeliveries::Input> read_delivery_list(const net::Request& request) {
  const Result<Uuid> endpoint = read_endpoint_id(request);
  if (!endpoint) return fail(endpoint.error());
  net::QueryReader query(request, {"state", "with_answer", "limit", "cursor"});
  ListDeliveries::Input wanted{.endpoint = {.tenant = request.tenant(), .id = *endpoint},
                               .limit = query.limit() + 1,
                               .state = read_state(query),
                               .before = {}};
  const auto with_answer = query.text("with_answer");
  if (with_answer && *with_answer != "true" && *with_answer != "false") {
    query.add_error("with_answer", "must be true or false");
  }
  wanted.with_answer = with_answer == "true";
  if (const auto cursor = query.cursor()) wanted.before = sequence_of(*cursor);
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

Result<DeliveryId> read_delivery_id(const net::Request& request) {
  const std::string_view text = request.path_parameter("delivery_id");
  const auto id = Uuid::parse(text);
  if (id) return DeliveryId{.tenant = request.tenant(), .id = *id};
  return fail(kDeliveryNotFound,
              "there is no webhook delivery " + std::string(clip_text(text, 64)));
}

Result<ReplayRequest> read_replay(const net::Request& request) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  ReplayRequest wanted;
  if (const auto text = fields.text("since", 1, kLongestTime)) {
    const auto since = parse_timestamp(*text, Rounding::up);
    if (since) {
      wanted.since = *since;
    } else {
      fields.add_error("since", since.error());
    }
  }
  wanted.after =
      fields.integer("after", 0, std::numeric_limits<std::int64_t>::max() - 1, Presence::optional)
          .value_or(0);
  if (!fields.ok()) return fail(fields.problem());
  return wanted;
}

net::Cursor cursor_of(const Delivery& delivery) {
  return {.at = Timestamp(Duration(delivery.sequence)), .id = delivery.id};
}

std::int64_t sequence_of(const net::Cursor& cursor) { return cursor.at.time_since_epoch().count(); }

}  // namespace remit::webhooks
