#include "remit/storage/columns.hpp"

#include <gtest/gtest.h>

#include "lanes_fixture.hpp"

namespace remit::storage {
namespace {

struct Note {
  std::int64_t id = 0;
  std::string text;
  std::string title;
  std::optional<Timestamp> at;

  friend bool operator==(const Note&, const Note&) = default;
};

std::int64_t length_of(const Note& note) { return static_cast<std::int64_t>(note.text.size()); }

constexpr Column<Note> kColumns[] = {
    column<Note, &Note::id>("note_id"), column<Note, &Note::text>("text"),
    nullable_text<Note, &Note::title>("title"), column<Note, &Note::at>("at")};
constexpr Column<Note> kWritten[] = {column<Note, &Note::id>("note_id"),
                                     column<Note, length_of>("length")};

/// The rows as they are, by way of the server, in the opposite order of columns.
struct Echo {
  static constexpr std::string_view kName = "test_echo_rows";
  using Input = std::vector<Note>;
  using Output = std::vector<Note>;
  static void execute(Transaction& transaction, std::span<Slot<Echo>> slots) {
    static const ComposedStatement kEcho(
        "test_echo_rows", "SELECT at, title, text, {extra}::text AS extra, note_id FROM {notes}",
        {{"{extra}", parameter()}, {"{notes}", unnest(kColumns, "note")}});
    for (auto& slot : slots) {
      RowArrays<Note> notes(kColumns);
      for (const Note& note : slot.input) notes.add(note);
      const pqxx::result rows = transaction.execute(kEcho, "more", notes);
      const RowReader<Note> reader(kColumns, rows);
      slot.output = std::vector<Note>();
      for (const auto& row : rows) slot.output->push_back(reader.read(row, {}));
    }
  }
};

class ColumnsTest : public LanesTest {};

TEST(Columns, AreNamedOnce) {
  EXPECT_EQ(names(kColumns), "note_id, text, title, at");
  EXPECT_EQ(names(kWritten, "n."), "n.note_id, n.length");
}

TEST(Columns, ParametersAreNumberedAsTheyStand) {
  const ComposedStatement composed("test", "SELECT {one} FROM {a}, {b} WHERE {two}",
                                   {{"{one}", parameter()},
                                    {"{a}", unnest(kWritten, "a")},
                                    {"{b}", unnest(kColumns, "b")},
                                    {"{two}", parameter()}});
  EXPECT_EQ(std::string(Statement(composed).sql),
            "SELECT $1 FROM unnest($2::bigint[], $3::bigint[]) AS a (note_id, length),"
            " unnest($4::bigint[], $5::text[], $6::text[], $7::timestamptz[])"
            " AS b (note_id, text, title, at) WHERE $8");
}

TEST(Columns, AHoleThatIsNotThereIsADefect) {
  EXPECT_THROW(ComposedStatement("test", "SELECT {two}, {one}",
                                 {{"{one}", parameter()}, {"{two}", parameter()}}),
               std::logic_error);
}

TEST(Columns, ComputedColumnsAreOnlyWritten) {
  EXPECT_NE(kColumns[0].set, nullptr);
  EXPECT_EQ(kWritten[1].set, nullptr);
}

TEST_F(ColumnsTest, RowsComeBackByNameWhateverTheirOrder) {
  const std::vector<Note> notes{{1, "first", "", std::nullopt},
                                {2, "", "a title", Timestamp(std::chrono::days(20'000))}};
  const auto lanes = make_lanes(settings());
  const auto echoed = run<Echo>(*lanes, notes);
  ASSERT_TRUE(echoed) << echoed.error().detail;
  EXPECT_EQ(*echoed, notes);
}

}  // namespace
}  // namespace remit::storage
