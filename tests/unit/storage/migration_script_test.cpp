#include "migration_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remit/storage/migrations.hpp"

namespace remit::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MigrationScript, SaysOfItselfWhatItIsInTheFirstLineAlone) {
  const auto plain = manners_of("CREATE TABLE a ();\n-- migration: additive\n");
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(plain->additive);
  EXPECT_FALSE(plain->concurrently);
  const auto both = manners_of("-- migration: additive, concurrently\nANALYZE a;");
  ASSERT_TRUE(both.has_value());
  EXPECT_TRUE(both->additive);
  EXPECT_TRUE(both->concurrently);
  const auto one = manners_of("-- migration: additive");
  ASSERT_TRUE(one.has_value());
  EXPECT_TRUE(one->additive);
  EXPECT_FALSE(one->concurrently);
  const auto unknown = manners_of("-- migration: aditive\n");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error(), HasSubstr("aditive"));
}

TEST(MigrationScript, IsSplitWhereStatementsEnd) {
  EXPECT_THAT(
      split_statements("-- one; two\nSELECT 1; /* ; /* ; */ ; */ SELECT ';' , \"a;b\" ;\n"
                       "DO $x$ BEGIN; $$;$$ END $x$;\n;; SELECT 3"),
      ElementsAre("SELECT 1", "SELECT ';' , \"a;b\"", "DO $x$ BEGIN; $$;$$ END $x$", "SELECT 3"));
  EXPECT_THAT(split_statements("-- nothing;\n"), ElementsAre());
}

TEST(MigrationScript, TellsWhichIndexAStatementMakes) {
  const auto statements = repeatable_statements(
      "-- migration: concurrently\n"
      "-- An index; and why.\n"
      "create unique index concurrently if not exists saga_new\n  ON saga (a) WHERE b IS NULL;\n"
      "DROP INDEX CONCURRENTLY IF EXISTS saga_old;\n"
      "ALTER TABLE saga VALIDATE CONSTRAINT c; ANALYZE saga;");
  ASSERT_TRUE(statements.has_value()) << statements.error();
  ASSERT_EQ(statements->size(), 4U);
  EXPECT_EQ((*statements)[0].created_index, "saga_new");
  EXPECT_EQ((*statements)[1].created_index, "");
  EXPECT_EQ((*statements)[3].sql, "ANALYZE saga");
}

TEST(MigrationScript, UnrepeatableStatementsDoNotRunConcurrently) {
  for (const char* sql : {"CREATE INDEX CONCURRENTLY a ON b (c);", "CREATE TABLE a ();",
                          "CREATE INDEX IF NOT EXISTS a ON b (c);", "UPDATE a SET b = b + 1",
                          "DROP INDEX IF EXISTS a"}) {
    EXPECT_FALSE(repeatable_statements(sql).has_value()) << sql;
  }
}

/// A mistake in one of them is found here, not by the first who starts.
TEST(MigrationScript, AllMigrationsCanBeRead) {
  for (const Migration& migration : embedded_migrations()) {
    const auto manners = manners_of(migration.sql);
    ASSERT_TRUE(manners.has_value()) << migration.name << ": " << manners.error();
    if (!manners->concurrently) continue;
    const auto statements = repeatable_statements(migration.sql);
    EXPECT_TRUE(statements.has_value()) << migration.name << ": " << statements.error();
  }
}

}  // namespace
}  // namespace remit::storage
