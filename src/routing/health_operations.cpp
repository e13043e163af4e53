#include "remit/routing/health_operations.hpp"

#include <optional>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::routing {
namespace {

using storage::ArrayParameter;
using storage::Slots;
using storage::Statement;
using storage::Transaction;

constexpr Statement kEnrol{
    "provider_health_enrol",
    "INSERT INTO provider_health (kind, name, next_check_at)"
    " SELECT kind, name, '-infinity' FROM unnest($1::text[], $2::text[]) AS wanted (kind, name)"
    " ON CONFLICT DO NOTHING"};

// Rows that another instance is claiming at this moment are its own (SKIP LOCKED); a row it claimed
// a moment ago is not due any more.
constexpr Statement kLockDue{"provider_health_lock_due",
                             "SELECT kind, name FROM provider_health"
                             " WHERE (kind, name) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
                             "   AND next_check_at <= now()"
                             " FOR UPDATE SKIP LOCKED"};

// Counted from the beginning of the transaction, which is after the caller looked at its own clock:
// see kClaimMargin.
constexpr Statement kClaim{
    "provider_health_claim",
    "UPDATE provider_health"
    " SET next_check_at = now() + $3::bigint * interval '1 microsecond', checker = $4::uuid"
    " WHERE kind = $1 AND name = $2"};

constexpr Statement kStore{
    "provider_health_store",
    "UPDATE provider_health SET failing = $3, min_response_ms = $4, checked_at = $5"
    " WHERE kind = $1 AND name = $2 AND checker = $6::uuid"};

constexpr Statement kReturn{"provider_health_return",
                            "UPDATE provider_health SET checker = NULL"
                            " WHERE kind = $1 AND name = $2 AND checker = $3::uuid"};
constexpr Statement kReturnDue{"provider_health_return_due",
                               "UPDATE provider_health SET checker = NULL, next_check_at = now()"
                               " WHERE kind = $1 AND name = $2 AND checker = $3::uuid"};

constexpr Statement kReadAll{"provider_health_read_all",
                             "SELECT kind, name, failing, min_response_ms, checked_at"
                             " FROM provider_health WHERE checked_at IS NOT NULL"};

std::optional<ProviderKind> parse_kind(const std::string& text) {
  using enum ProviderKind;
  for (const auto kind : {processor, onramp, offramp, chain, rates}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::vector<HealthSlot> claim(Transaction& transaction, const ClaimHealthSlots::Input& input) {
  ArrayParameter kinds;
  ArrayParameter names;
  for (const HealthSlot& slot : input.slots) {
    kinds.add(to_string(slot.kind));
    names.add(slot.name);
  }
  transaction.execute(kEnrol, kinds, names);
  std::vector<HealthSlot> claimed;
  for (const auto& row : transaction.execute(kLockDue, kinds, names)) {
    const auto [kind_name, name] = storage::read_row<std::string, std::string>(row);
    const auto kind = parse_kind(kind_name);
    for (const HealthSlot& slot : input.slots) {
      if (slot.kind != kind || slot.name != name) continue;
      const Duration wait = slot.interval + kClaimMargin;
      transaction.execute(kClaim, kind_name, name, std::int64_t{wait.count()}, input.checker);
      claimed.push_back(slot);
    }
  }
  return claimed;
}

}  // namespace

// One claimer per instance: a batch holds one of these, seldom more.
void ClaimHealthSlots::execute(Transaction& transaction, Slots<ClaimHealthSlots> slots) {
  for (auto& slot : slots) slot.output = claim(transaction, slot.input);
}

void StoreHealth::execute(Transaction& transaction, Slots<StoreHealth> slots) {
  for (const auto& slot : slots) {
    const BoardEntry& entry = slot.input.entry;
    transaction.execute(kStore, to_string(entry.kind), entry.name, entry.report.failing,
                        entry.report.min_response_ms, entry.report.checked_at, slot.input.checker);
  }
}

void ReturnHealthSlot::execute(Transaction& transaction, Slots<ReturnHealthSlot> slots) {
  for (const auto& slot : slots) {
    transaction.execute(slot.input.was_asked ? kReturn : kReturnDue,
                        to_string(slot.input.slot.kind), slot.input.slot.name, slot.input.checker);
  }
}

void ReadHealth::execute(Transaction& transaction, Slots<ReadHealth> slots) {
  Output entries;
  for (const auto& row : transaction.execute(kReadAll)) {
    const auto [kind_name, name, failing, min_response_ms, checked_at] =
        storage::read_row<std::string, std::string, bool, std::int64_t, Timestamp>(row);
    const auto kind = parse_kind(kind_name);
    if (!kind) continue;  // a kind of a later version
    entries.push_back({*kind, name, {failing, min_response_ms, checked_at}});
  }
  for (auto& slot : slots) slot.output = entries;
}

}  // namespace remit::routing
