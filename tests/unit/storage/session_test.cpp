// What every session of a lane is like, however the operator wrote the connection string.

#include "lanes_fixture.hpp"
#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"

namespace remit::storage {
namespace {

struct ReadSettings {
  static constexpr std::string_view kName = "read_settings";
  using Input = std::string;
  using Output = std::string;
  static void execute(Transaction& transaction, std::span<Slot<ReadSettings>> slots) {
    static constexpr Statement kSetting{"read_setting", "SELECT current_setting($1::text)"};
    for (auto& slot : slots) {
      slot.output = read<std::string>(transaction.execute(kSetting, slot.input)[0][0]);
    }
  }
};

struct CountPlans {
  static constexpr std::string_view kName = "count_plans";
  struct Input {};
  using Output = std::string;
  static void execute(Transaction& transaction, std::span<Slot<CountPlans>> slots) {
    static constexpr Statement kPlans{
        "count_plans",
        "SELECT generic_plans || ' generic, ' || custom_plans || ' custom' "
        "FROM pg_prepared_statements WHERE name = 'read_setting'"};
    for (auto& slot : slots) slot.output = read<std::string>(transaction.execute(kPlans)[0][0]);
  }
};

struct ReadAllNotes {
  static constexpr std::string_view kName = "read_all_notes";
  struct Input {};
  using Output = std::int64_t;
  static void execute(Transaction& transaction, std::span<Slot<ReadAllNotes>> slots) {
    static constexpr Statement kAll{"read_all_notes", "SELECT * FROM note"};
    const pqxx::result rows = transaction.execute(kAll);
    for (auto& slot : slots) slot.output = static_cast<std::int64_t>(rows.columns());
  }
};

struct Warn {
  static constexpr std::string_view kName = "warn";
  struct Input {};
  using Output = bool;
  static void execute(Transaction& transaction, std::span<Slot<Warn>> slots) {
    static constexpr Statement kWarning{"warn", "DO $$BEGIN RAISE WARNING 'mind the gap'; END$$"};
    for (auto& slot : slots) {
      transaction.execute(kWarning);
      slot.output = true;
    }
  }
};

class SessionTest : public LanesTest {
 protected:
  std::string setting(Lanes& lanes, const std::string& name) {
    return run<ReadSettings>(lanes, name).value();
  }
  void alter_database(const std::string& clause) {
    session_.query("ALTER DATABASE " + session_.query("SELECT current_database()") + clause);
  }
};

TEST_F(SessionTest, HasLimitsAndIsDurable) {
  alter_database(" SET synchronous_commit = off");
  const auto lanes = make_lanes(settings());
  EXPECT_EQ(setting(*lanes, "statement_timeout"), "10s");
  EXPECT_EQ(setting(*lanes, "lock_timeout"), "2s");
  EXPECT_EQ(setting(*lanes, "idle_in_transaction_session_timeout"), "15s");
  EXPECT_EQ(setting(*lanes, "TimeZone"), "UTC");
  EXPECT_EQ(setting(*lanes, "synchronous_commit"), "on");
  EXPECT_EQ(setting(*lanes, "application_name"), "test-lanes");
  EXPECT_EQ(setting(*lanes, "jit"), "off");
}

/// libpq would print them to standard error: not a line of the log, and a wait for its reader.
TEST_F(SessionTest, PrintsNoNoticesOfTheServer) {
  const auto lanes = make_lanes(settings());
  testing::internal::CaptureStderr();
  EXPECT_TRUE(run<Warn>(*lanes, {}).value());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

/// Twenty times the same statement, and it is planned once.
TEST_F(SessionTest, PlansAStatementOnceWhateverItsParametersAre) {
  LaneSettings one = settings();
  one.lanes = 1;
  const auto lanes = make_lanes(one);
  for (int i = 0; i < 20; ++i) static_cast<void>(setting(*lanes, "TimeZone"));
  EXPECT_EQ(run<CountPlans>(*lanes, {}), Result<std::string>("20 generic, 0 custom"));
}

TEST_F(SessionTest, LeavesTheChoiceOfPlansToTheServerWhenItIsTold) {
  LaneSettings one = settings();
  one.lanes = 1;
  one.plans_once = false;
  const auto lanes = make_lanes(one);
  EXPECT_EQ(setting(*lanes, "plan_cache_mode"), "auto");
  for (int i = 0; i < 4; ++i) static_cast<void>(setting(*lanes, "TimeZone"));
  EXPECT_EQ(run<CountPlans>(*lanes, {}), Result<std::string>("0 generic, 5 custom"));
}

TEST_F(SessionTest, KeepsAStrongerDurabilityOfTheServer) {
  alter_database(" SET synchronous_commit = remote_apply");
  const auto lanes = make_lanes(settings());
  EXPECT_EQ(setting(*lanes, "synchronous_commit"), "remote_apply");
}

TEST_F(SessionTest, TakesTheOtherFormOfConnectionString) {
  LaneSettings other = settings();
  other.url = "host=" + cluster_.socket_folder().string() +
              " user=remit dbname=" + session_.query("SELECT current_database()") +
              " application_name='an \\' operator\\\\s'";
  const auto lanes = make_lanes(other);
  EXPECT_EQ(setting(*lanes, "application_name"), "an ' operator\\s");
}

TEST_F(SessionTest, OutlivesAChangeOfTheSchemaUnderItsStatements) {
  const auto lanes = make_lanes(settings());
  EXPECT_EQ(run<ReadAllNotes>(*lanes, {}), Result<std::int64_t>(2));
  session_.query("ALTER TABLE note ADD extra int");
  EXPECT_EQ(run<ReadAllNotes>(*lanes, {}), Result<std::int64_t>(3));
}

}  // namespace
}  // namespace remit::storage
