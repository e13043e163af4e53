#include "simulation/tables.hpp"

#include <algorithm>
#include <vector>

#include "simulation/tables_storage.hpp"

namespace remit::simulation {
namespace {

template <class Table, class Key>
auto committed_row(const Table& table, const Key& key) {
  const auto found = table.find(key);
  return found == table.end() ? nullptr : found->second.committed().get();
}

/// The committed rows of a table without an order of its own.
template <class Table, class Visit>
void each_in_order(const Table& table, Visit visit) {
  std::vector<const typename Table::value_type*> rows;
  rows.reserve(table.size());
  for (const auto& row : table) rows.push_back(&row);
  std::ranges::sort(rows, {}, [](const auto* row) -> const auto& { return row->first; });
  for (const auto* row : rows) visit(*row);
}

}  // namespace

void SagaEntry::taken(Transaction& transaction) {
  transaction.holds_saga(*this);
  if (listed_in_ != nullptr) listed_in_->erase({listed_at_, number_, this});
  listed_in_ = nullptr;
}

void SagaEntry::settled() {
  const SagaRow* row = committed().get();
  if (row == nullptr) {
    if (age_) storage_.by_age.erase(*age_);
    age_.reset();
    return;
  }
  const engine::Saga& saga = row->saga;
  if (!age_ || std::get<Timestamp>(*age_) != saga.created_at) {
    if (age_) storage_.by_age.erase(*age_);
    queues_ = &storage_.due[saga.plan->kind][{saga.bucket, saga.tenant}];
    age_.emplace(saga.tenant, saga.created_at, saga.id);
    storage_.by_age.emplace(*age_, this);
  }
  if (!row->due_at) return;
  listed_in_ = &(*queues_)[row->provider.empty() ? 0 : 1];
  listed_at_ = *row->due_at;
  listed_in_->emplace(listed_at_, number_, this);
}

Tables::Tables() : storage_(std::make_unique<Storage>()) {}

Tables::~Tables() = default;

const SagaRow* Tables::saga(TenantId tenant, Uuid id) const {
  return committed_row(storage_->sagas, Key(tenant, id));
}

std::span<const TransitionRow> Tables::transitions(TenantId tenant, Uuid id) const {
  const auto found = storage_->sagas.find({tenant, id});
  if (found == storage_->sagas.end()) return {};
  return found->second.transitions;
}

std::span<const PostingRow> Tables::postings(TenantId tenant, Uuid transaction_id) const {
  const auto found = storage_->postings.find({tenant, transaction_id});
  if (found == storage_->postings.end()) return {};
  return found->second;
}

const KeyRow* Tables::key(TenantId tenant, std::string_view key) const {
  return committed_row(storage_->keys, idempotency::KeyName(tenant, key));
}

const quotes::Quote* Tables::quote(TenantId tenant, Uuid id) const {
  return committed_row(storage_->quotes, Key(tenant, id));
}

const payments::ConversionDetails* Tables::conversion(TenantId tenant, Uuid id) const {
  return committed_row(storage_->conversions, Key(tenant, id));
}

std::vector<EventRow> Tables::events_after(TenantId tenant, std::int64_t sequence) const {
  std::vector<EventRow> rows;
  const auto found = storage_->events.find(tenant);
  if (found == storage_->events.end()) return rows;
  const auto& numbered = found->second.rows;
  for (auto row = numbered.upper_bound(sequence); row != numbered.end(); ++row) {
    rows.push_back(row->second);
  }
  return rows;
}

std::size_t Tables::unnumbered_count() const { return storage_->unnumbered.size(); }

const HealthRow* Tables::health(ProviderKind kind, std::string_view name) const {
  return committed_row(storage_->health, std::pair(kind, std::string(name)));
}

void Tables::each_saga(const Visitor<const SagaRow&>& visit) const {
  each_in_order(storage_->sagas, [&visit](const auto& entry) {
    if (entry.second.committed()) visit(*entry.second.committed());
  });
}

void Tables::each_movement(const Visitor<const Key&, std::span<const PostingRow>>& visit) const {
  each_in_order(storage_->postings,
                [&visit](const auto& entry) { visit(entry.first, entry.second); });
}

void Tables::each_key(const Visitor<TenantId, const std::string&, const KeyRow&>& visit) const {
  each_in_order(storage_->keys, [&visit](const auto& entry) {
    const auto& [tenant, key] = entry.first;
    if (entry.second.committed()) visit(tenant, key, *entry.second.committed());
  });
}

void Tables::each_quote(const Visitor<TenantId, const quotes::Quote&>& visit) const {
  each_in_order(storage_->quotes, [&visit](const auto& entry) {
    if (entry.second.committed()) visit(entry.first.first, *entry.second.committed());
  });
}

void Tables::each_conversion(
    const Visitor<const Key&, const payments::ConversionDetails&>& visit) const {
  each_in_order(storage_->conversions, [&visit](const auto& entry) {
    if (entry.second.committed()) visit(entry.first, *entry.second.committed());
  });
}

std::size_t Tables::saga_count() const { return storage_->by_age.size(); }

}  // namespace remit::simulation
