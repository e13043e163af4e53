// What the parts of the process say of themselves at a scrape, as families.
//
// Loop thread; nothing fails.
#pragma once

#include "families.hpp"
#include "remit/metrics/metrics.hpp"

namespace remit::metrics {

void add_server(Families& families, const Sources& sources);
void add_lanes(Families& families, const storage::PostgresDatabase& database);
void add_engine(Families& families, const Sources& sources);
void add_events(Families& families, const Sources& sources);
void add_wallets(Families& families, const Sources& sources);
void add_reconciliation(Families& families, const Sources& sources);
void add_webhooks(Families& families, const Sources& sources);
void add_providers(Families& families, const Sources& sources);

}  // namespace remit::metrics
