#include "lanes_fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

constexpr Statement kSave{
    "save_note",
    "INSERT INTO note (id, text) SELECT * FROM unnest($1::bigint[], $2::text[])"
    " ON CONFLICT DO NOTHING RETURNING id"};
constexpr Statement kRead{"read_note", "SELECT id, text FROM note WHERE id = ANY ($1::bigint[])"};
constexpr Statement kTouch{"touch_note",
                           "UPDATE note SET text = text || '+' WHERE id = $1::bigint"};
constexpr Statement kGate{"gate", "SELECT pg_advisory_xact_lock(1)"};
constexpr Statement kBroken{"broken", "SELECT 1 / 0"};

}  // namespace

void SaveNote::execute(Transaction& transaction, std::span<Slot<SaveNote>> slots) {
  ArrayParameter ids;
  ArrayParameter texts;
  for (const auto& slot : slots) {
    ids.add(slot.input.id);
    texts.add(slot.input.text);
  }
  std::set<std::int64_t> saved;
  for (const auto& row : transaction.execute(kSave, ids, texts)) {
    saved.insert(read<std::int64_t>(row[0]));
  }
  for (auto& slot : slots) slot.output = saved.erase(slot.input.id) > 0;
}

void ReadNote::execute(Transaction& transaction, std::span<Slot<ReadNote>> slots) {
  ArrayParameter ids;
  for (const auto& slot : slots) ids.add(slot.input);
  std::map<std::int64_t, std::string> notes;
  for (const auto& row : transaction.execute(kRead, ids)) {
    notes.emplace(read<std::int64_t>(row[0]), read<std::string>(row[1]));
  }
  for (auto& slot : slots) {
    const auto note = notes.find(slot.input);
    slot.output = note == notes.end() ? std::nullopt : std::optional(note->second);
  }
}

void TouchNotes::execute(Transaction& transaction, std::span<Slot<TouchNotes>> slots) {
  for (const auto& slot : slots) {
    for (const std::int64_t id : slot.input) transaction.execute(kTouch, id);
  }
}

void WaitForGate::execute(Transaction& transaction, std::span<Slot<WaitForGate>>) {
  transaction.execute(kGate);
}

void SwallowFailure::execute(Transaction& transaction, std::span<Slot<SwallowFailure>> slots) {
  try {
    transaction.execute(kBroken);
  } catch (const std::exception&) {
  }
  for (auto& slot : slots) slot.output = true;
}

LanesTest::LanesTest(test::PostgresCluster& cluster)
    : cluster_(cluster), url_(cluster.url()), session_(url_) {
  session_.query("CREATE TABLE note (id bigint PRIMARY KEY, text text CHECK (text <> 'poison'))");
}

LaneSettings LanesTest::settings() const {
  LaneSettings result;
  result.name = "test-lanes";
  result.url = url_;
  return result;
}

std::unique_ptr<Lanes> LanesTest::make_lanes(LaneSettings settings) {
  return std::make_unique<Lanes>(loop_.get_executor(), std::move(settings));
}

void LanesTest::run_until_seen(const std::function<bool()>& seen) {
  const auto deadline = std::chrono::steady_clock::now() + test::kTaskLimit;
  while (!seen()) {
    if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error("never seen");
    boost::asio::steady_timer pause(loop_, std::chrono::milliseconds(5));
    pause.async_wait([](boost::system::error_code) {});
    if (loop_.stopped()) loop_.restart();
    loop_.run_one();
  }
}

void LanesTest::run_until_waiting(int sessions) {
  test::PostgresSession observer(url_);
  run_until_seen([&] {
    return observer.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND wait_event_type = 'Lock'") == std::to_string(sessions);
  });
}

}  // namespace remit::storage
