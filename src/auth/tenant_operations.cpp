#include "remit/auth/tenant_operations.hpp"

#include <utility>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::auth {
namespace {

using storage::Statement;
using storage::Transaction;

// Two at once would take the same number: the second waits for the first.
constexpr Statement kLock{"tenant_lock", "LOCK TABLE tenant IN SHARE ROW EXCLUSIVE MODE"};

constexpr Statement kNextNumber{"tenant_next_number",
                                "SELECT coalesce(max(tenant_id), 0) + 1 FROM tenant"};

constexpr Statement kInsert{"tenant_insert", R"(
    INSERT INTO tenant (tenant_id, name, home, spread, max_in_flight, created_at)
    VALUES ($1::integer, $2, $3::smallint, $4::smallint, $5::integer, now())
    ON CONFLICT (name) DO NOTHING
    RETURNING tenant_id, name, home, spread, max_in_flight, created_at)"};

constexpr Statement kBound{"tenant_bound", R"(
    UPDATE tenant SET max_in_flight = $2::integer WHERE name = $1
    RETURNING tenant_id, name, home, spread, max_in_flight, created_at)"};

constexpr Statement kList{"tenant_list", R"(
    SELECT tenant_id, name, home, spread, max_in_flight, created_at
    FROM tenant WHERE NOT $1::boolean OR max_in_flight IS NOT NULL ORDER BY tenant_id)"};

constexpr Statement kFind{"tenant_find", R"(
    SELECT tenant_id, name, home, spread, max_in_flight, created_at FROM tenant WHERE name = $1)"};

TenantRow read_tenant(const pqxx::row& row) {
  auto [id, name, home, spread, max_in_flight, created_at] =
      storage::read_row<TenantId, std::string, Bucket, int, std::optional<int>, Timestamp>(row);
  return {.tenant = Tenant(id, home, static_cast<std::int16_t>(spread)),
          .name = std::move(name),
          .max_in_flight = max_in_flight,
          .created_at = created_at};
}

std::optional<TenantRow> read_one(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(read_tenant(rows.front()));
}

std::optional<TenantRow> insert(Transaction& transaction, const InsertTenant::Input& input) {
  const auto number = storage::read_value<TenantId>(transaction.execute(kNextNumber));
  return read_one(transaction.execute(kInsert, number, input.name, Tenant(number).home(),
                                      int{input.spread}, input.max_in_flight));
}

}  // namespace

void InsertTenant::execute(Transaction& transaction, storage::Slots<InsertTenant> slots) {
  transaction.execute(kLock);
  for (auto& slot : slots) slot.output = insert(transaction, slot.input);
}

void BoundTenant::execute(Transaction& transaction, storage::Slots<BoundTenant> slots) {
  for (auto& slot : slots) {
    const pqxx::result rows =
        transaction.execute(kBound, slot.input.name, slot.input.max_in_flight);
    slot.output = read_one(rows);
  }
}

void ListTenants::execute(Transaction& transaction, storage::Slots<ListTenants> slots) {
  for (auto& slot : slots) {
    Output tenants;
    for (const auto& row : transaction.execute(kList, slot.input.with_bound_only)) {
      tenants.push_back(read_tenant(row));
    }
    slot.output = std::move(tenants);
  }
}

void FindTenant::execute(Transaction& transaction, storage::Slots<FindTenant> slots) {
  for (auto& slot : slots) slot.output = read_one(transaction.execute(kFind, slot.input));
}

}  // namespace remit::auth
