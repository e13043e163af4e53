#include "saga_line.hpp"

#include <algorithm>
#include <iterator>

#include "saga_bytes.hpp"

namespace remit::engine {

std::int64_t SagaLine::bytes_of(TenantId tenant) const {
  const auto line = lines_.find(tenant);
  return line == lines_.end() ? 0 : line->second.bytes;
}

void SagaLine::push(Entry entry) {
  const std::int64_t bytes = engine::bytes_of(entry.saga);
  const Place place(entry.due, pushed_++);
  const auto line = lines_.try_emplace(entry.saga.tenant).first;
  auto& entries = line->second.entries;
  const bool is_first = entries.empty() || place < entries.begin()->first;
  if (is_first) unlist(line);
  entries.emplace_hint(entries.end(), place, std::move(entry));
  if (is_first) list(line);
  line->second.bytes += bytes;
  bytes_ += bytes;
  ++size_;
}

const SagaLine::Entry& SagaLine::front() const {
  return lines_.at(firsts_.begin()->second).entries.begin()->second;
}

SagaLine::Entry SagaLine::pop_front() {
  const auto line = lines_.find(firsts_.begin()->second);
  if (line->second.has_turn) std::erase(turns_, line->first);
  line->second.has_turn = false;
  return take(line);
}

std::optional<SagaLine::Entry> SagaLine::pop_in_turn(Duration now, const MayGo& may_go) {
  while (!coming_.empty() && coming_.begin()->first.first <= now) {
    const TenantId tenant = coming_.begin()->second;
    coming_.erase(coming_.begin());
    lines_.at(tenant).has_turn = true;
    turns_.push_back(tenant);
  }
  for (auto turn = turns_.begin(); turn != turns_.end(); ++turn) {
    const auto line = lines_.find(*turn);
    if (!may_go(line->second.entries.begin()->second)) continue;
    turns_.erase(turn);
    line->second.has_turn = false;
    return take(line);
  }
  return std::nullopt;
}

void SagaLine::list(Lines::iterator line) {
  if (line->second.entries.empty()) return;
  const std::pair first(line->second.entries.begin()->first, line->first);
  firsts_.insert(first);
  if (!line->second.has_turn) coming_.insert(first);
}

void SagaLine::unlist(Lines::iterator line) {
  if (line->second.entries.empty()) return;
  const std::pair first(line->second.entries.begin()->first, line->first);
  firsts_.erase(first);
  coming_.erase(first);
}

SagaLine::Entry SagaLine::take(Lines::iterator line) {
  unlist(line);
  auto& entries = line->second.entries;
  Entry entry = std::move(entries.extract(entries.begin()).mapped());
  const std::int64_t bytes = engine::bytes_of(entry.saga);
  line->second.bytes -= bytes;
  bytes_ -= bytes;
  --size_;
  list(line);
  if (entries.empty()) lines_.erase(line);
  return entry;
}

}  // namespace remit::engine
