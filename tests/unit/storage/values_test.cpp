// Values on their way into statements and back, through a real server.

#include "remit/storage/values.hpp"

#include <limits>

#include "lanes_fixture.hpp"
#include "remit/storage/transaction.hpp"

namespace remit::storage {
namespace {

struct Values {
  std::int64_t number = 0;
  int small = 0;
  bool flag = false;
  std::string text;
  Uuid id;
  Timestamp time;
  std::optional<std::int64_t> maybe;

  friend bool operator==(const Values&, const Values&) = default;
};

constexpr Statement kSingle{"echo_single",
                            "SELECT $1::bigint, $2::int, $3::bool, $4::text, $5::uuid,"
                            " $6::timestamptz, $7::bigint"};
constexpr Statement kArrays{"echo_arrays",
                            "SELECT * FROM unnest($1::bigint[], $2::int[], $3::bool[], $4::text[],"
                            " $5::uuid[], $6::timestamptz[], $7::bigint[])"};

Values read_values(const pqxx::row& row) {
  return {read<std::int64_t>(row[0]),
          read<int>(row[1]),
          read<bool>(row[2]),
          read<std::string>(row[3]),
          read<Uuid>(row[4]),
          read<Timestamp>(row[5]),
          read<std::optional<std::int64_t>>(row[6])};
}

struct Echo {
  static constexpr std::string_view kName = "echo";
  using Input = Values;
  struct Output {
    Values single;
    Values array;
  };
  static void execute(Transaction& transaction, std::span<Slot<Echo>> slots) {
    for (auto& slot : slots) {
      const Values& in = slot.input;
      ArrayParameter numbers, smalls, flags, texts, ids, times, maybes;
      numbers.add(in.number);
      smalls.add(in.small);
      flags.add(in.flag);
      texts.add(in.text);
      ids.add(in.id);
      times.add(in.time);
      maybes.add(in.maybe);
      const pqxx::result single = transaction.execute(kSingle, in.number, in.small, in.flag,
                                                      in.text, in.id, in.time, in.maybe);
      const pqxx::result array =
          transaction.execute(kArrays, numbers, smalls, flags, texts, ids, times, maybes);
      slot.output = Output{read_values(single[0]), read_values(array[0])};
    }
  }
};

/// What the server sees in arrays with so many NULLs around a value, or with NULLs alone.
struct ShowArrays {
  static constexpr std::string_view kName = "show_arrays";
  struct Input {
    int before = 0;
    std::optional<Values> value;
    int after = 0;
  };
  using Output = std::string;

  template <class T>
  static ArrayParameter array(const Input& in, T Values::* member) {
    ArrayParameter made;
    for (int i = 0; i < in.before; ++i) made.add_null();
    if (in.value) made.add((*in.value).*member);
    for (int i = 0; i < in.after; ++i) made.add_null();
    return made;
  }

  static void execute(Transaction& transaction, std::span<Slot<ShowArrays>> slots) {
    static constexpr Statement kShow{
        "show_arrays",
        "SELECT concat_ws(' ', $1::bigint[], $2::int[], $3::bool[], $4::text[], $5::uuid[],"
        " $6::timestamptz[])"};
    for (auto& slot : slots) {
      const Input& in = slot.input;
      const pqxx::result shown = transaction.execute(
          kShow, array(in, &Values::number), array(in, &Values::small), array(in, &Values::flag),
          array(in, &Values::text), array(in, &Values::id), array(in, &Values::time));
      slot.output = read<std::string>(shown[0][0]);
    }
  }
};

/// Reads a field as what it is not.
struct ReadNullAsNumber {
  static constexpr std::string_view kName = "read_null";
  struct Input {};
  using Output = std::int64_t;
  static void execute(Transaction& transaction, std::span<Slot<ReadNullAsNumber>> slots) {
    static constexpr Statement kNull{"null", "SELECT NULL::bigint"};
    const pqxx::result rows = transaction.execute(kNull);
    for (auto& slot : slots) slot.output = read<std::int64_t>(rows[0][0]);
  }
};

class ValuesTest : public LanesTest {
 protected:
  void expect_round_trip(const Values& values) {
    const auto echoed = run<Echo>(*lanes_, values);
    ASSERT_TRUE(echoed.has_value()) << echoed.error().detail;
    EXPECT_EQ(echoed->single, values);
    EXPECT_EQ(echoed->array, values);
  }

  static Values sample() {
    Values values;
    values.id = *Uuid::parse("0190b6d2-7c1e-7a3b-8f4d-5e6f708192a3");
    values.time = *parse_timestamp("2026-11-20T17:05:01.123456Z");
    return values;
  }

  std::unique_ptr<Lanes> lanes_ = make_lanes(settings());
};

TEST_F(ValuesTest, HostileTextComesBackUnchanged) {
  for (const char* text :
       {"", "NULL", "null", "'", "\"", "\\", "\\\\\"", "{a,b}", "}{", " blank ", "\n\t\r\v",
        "'; DROP TABLE note; --", "$1", "%s", "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\x8a", "\x01\x7f"}) {
    Values values = sample();
    values.text = text;
    expect_round_trip(values);
  }
}

TEST_F(ValuesTest, ExtremesComeBackUnchanged) {
  Values values = sample();
  values.number = std::numeric_limits<std::int64_t>::min();
  values.small = std::numeric_limits<int>::max();
  values.flag = true;
  values.maybe = std::numeric_limits<std::int64_t>::max();
  expect_round_trip(values);
}

TEST_F(ValuesTest, TimesComeBackToTheMicrosecondWhateverTheServersZone) {
  session_.query("ALTER DATABASE " + session_.query("SELECT current_database()") +
                 " SET timezone = 'Asia/Kolkata'");
  session_.query("ALTER DATABASE " + session_.query("SELECT current_database()") +
                 " SET datestyle = 'German'");
  lanes_ = make_lanes(settings());
  for (const char* time :
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2024-02-29T23:59:59.1Z",
        "2026-11-20T17:05:01.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    Values values = sample();
    values.time = *parse_timestamp(time);
    expect_round_trip(values);
  }
}

TEST_F(ValuesTest, ArraysHoldTheirNullsInPlace) {
  const auto shown = [this](int before, std::optional<Values> value, int after) {
    return run<ShowArrays>(*lanes_, {before, std::move(value), after}).value();
  };
  EXPECT_EQ(shown(0, {}, 0), "{} {} {} {} {} {}");
  EXPECT_EQ(shown(0, {}, 2),
            "{NULL,NULL} {NULL,NULL} {NULL,NULL} {NULL,NULL} {NULL,NULL}"
            " {NULL,NULL}");
  Values values;
  values.text = "x";
  values.time = Timestamp::max();
  EXPECT_EQ(shown(1, values, 0),
            "{NULL,0} {NULL,0} {NULL,f} {NULL,x} {NULL,00000000-0000-0000-0000-000000000000}"
            " {NULL,infinity}");
  values.time = Timestamp::min();
  EXPECT_EQ(shown(0, values, 1),
            "{0,NULL} {0,NULL} {f,NULL} {x,NULL} {00000000-0000-0000-0000-000000000000,NULL}"
            " {-infinity,NULL}");
}

TEST_F(ValuesTest, TextWithNulIsRefusedRatherThanCut) {
  Values values = sample();
  values.text = std::string("a\0b", 3);
  const auto echoed = run<Echo>(*lanes_, values);
  ASSERT_FALSE(echoed.has_value());
  EXPECT_EQ(echoed.error().code, kInternal);
}

TEST_F(ValuesTest, NullIsNoNumber) {
  const auto result = run<ReadNullAsNumber>(*lanes_, {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, kInternal);
}

}  // namespace
}  // namespace remit::storage
