// Something that happened, on its way to those who want to know: as the statement that makes it
// writes it down, and, once it has its number, as readers get it.
//
// Everything that its body needs is written with it, because later the resource has moved on.
// Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "remit/base/tenant.hpp"
#include "remit/base/time.hpp"

namespace remit::outbox {

struct Fact {
  std::string_view type;  ///< "payment.completed"; of static storage
  std::string resource;   ///< "/payments/…"
  Timestamp at;
  /// The resource begins with it. Then the database has the last word about when (no later than
  /// now), and a reader adds created_at and updated_at to `data`.
  bool begins = false;
  std::string user;     ///< whose it is, for those who follow one user; or empty
  std::string data;     ///< a JSON object: the resource as GET shows it after the transition
  std::string changes;  ///< a JSON object: {"status":["PENDING","COMPLETED"]}
};

/// A fact that has its number.
struct Event {
  explicit Event(TenantId owner) : tenant(owner) {}

  TenantId tenant;
  std::int64_t sequence = 0;  ///< of its tenant's, which begins at 1 and has no gaps
  std::string type;
  std::string resource;
  std::string user;
  Timestamp at;
  std::string data;
  std::string changes;
};

/// One line of text, which ends with no line break.
[[nodiscard]] std::string line_of(const Fact& fact);
/// The same read again; `stored_at`: of the transaction. Empty: it is no such line.
[[nodiscard]] std::optional<Event> read_line(std::string_view line, TenantId tenant,
                                             Timestamp stored_at);

/// What tells an event from any other of the installation, for ever: "evt_1_42".
[[nodiscard]] std::string event_id(TenantId tenant, std::int64_t sequence);
[[nodiscard]] std::string event_id(const Event& event);

/// Whether the resource goes with it, or its name alone.
enum class Detail : std::uint8_t { full, thin };

/// As API and webhooks have it: {"id", "type", "timestamp", "sequence", "resource", "data",
/// "changes"}.
[[nodiscard]] std::string event_json(const Event& event, Detail detail = Detail::full);

}  // namespace remit::outbox
