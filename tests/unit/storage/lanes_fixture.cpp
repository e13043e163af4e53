#include "lanes_fixture.hpp"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <semaphore>
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
constexpr Statement kPut{
    "test_one_statement",
    "INSERT INTO note (id, text) SELECT * FROM unnest($1::bigint[], $2::text[])"
    " ON CONFLICT (id) DO UPDATE SET text = note.text || '+'"};
constexpr Statement kLook{"look_at_notes", "SELECT look($1::bigint[])"};
constexpr Statement kRead{"read_note", "SELECT id, text FROM note WHERE id = ANY ($1::bigint[])"};
constexpr Statement kTouch{"touch_note",
                           "UPDATE note SET text = text || '+' WHERE id = $1::bigint"};
constexpr Statement kBroken{"broken", "SELECT 1 / 0"};

std::atomic<bool> pause_armed = false;
std::binary_semaphore pause_reached(0);
std::binary_semaphore pause_over(0);

void pause_once() {
  if (!pause_armed.exchange(false)) return;
  pause_reached.release();
  // Not for ever, so that a test that failed meanwhile ends.
  if (!pause_over.try_acquire_for(test::kTaskLimit))
    throw std::runtime_error("nobody ended the pause");
}

struct NoteColumns {
  ArrayParameter ids;
  ArrayParameter texts;
};

template <class Operation>
NoteColumns columns_of(std::span<Slot<Operation>> slots) {
  NoteColumns columns;
  for (const auto& slot : slots) {
    columns.ids.add(slot.input.id);
    columns.texts.add(slot.input.text);
  }
  return columns;
}

}  // namespace

void SaveNote::execute(Transaction& transaction, std::span<Slot<SaveNote>> slots) {
  const auto [ids, texts] = columns_of(slots);
  std::set<std::int64_t> saved;
  for (const auto& row : transaction.execute(kSave, ids, texts)) {
    saved.insert(read<std::int64_t>(row[0]));
  }
  for (auto& slot : slots) slot.output = saved.erase(slot.input.id) > 0;
}

void PutNote::execute(Transaction& transaction, std::span<Slot<PutNote>> slots) {
  const auto [ids, texts] = columns_of(slots);
  transaction.execute(kPut, ids, texts);
  for (auto& slot : slots) {
    slot.output = true;
    if (slot.input.text == "busy") slot.output = fail(again_later(kRequestInProgress, "busy"));
  }
}

void PutNoteAndLook::execute(Transaction& transaction, std::span<Slot<PutNoteAndLook>> slots) {
  const auto [ids, texts] = columns_of(slots);
  transaction.execute(kPut, ids, texts);
  transaction.execute(kLook, ids);
  for (auto& slot : slots) slot.output = true;
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
    for (const std::int64_t id : slot.input) {
      if (id == kPause) pause_once();
      transaction.execute(kTouch, id);
    }
  }
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

std::shared_ptr<std::optional<Result<void>>> LanesTest::begin_and_pause(
    Lanes& lanes, std::vector<std::int64_t> ids) {
  pause_armed = true;
  auto result = begin<TouchNotes>(lanes, std::move(ids));
  run_until_seen([] { return pause_reached.try_acquire(); });
  return result;
}

void LanesTest::end_pause() { pause_over.release(); }

}  // namespace remit::storage
