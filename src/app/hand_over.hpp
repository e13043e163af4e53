// A newer instance has migrated the database: this one leaves its work to it. See
// docs/decisions/0013-an-older-instance-hands-its-work-over.md.
//
// Loop thread; may be called more than once.
#pragma once

#include "remit/app/services.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/postgres_database.hpp"

namespace remit::app {

/// Movements and upkeep are the newer instance's, since what it wrote may be nothing that this
/// program can read. Requests are still served, unless the schema is nothing for this program.
void hand_over(const storage::SchemaReport& report, Services& services,
               storage::PostgresDatabase& database);

}  // namespace remit::app
