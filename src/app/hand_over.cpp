#include "hand_over.hpp"

#include "remit/telemetry/log.hpp"

namespace remit::app {

void hand_over(const storage::SchemaReport& report, Services& services,
               storage::PostgresDatabase& database) {
  const bool serves = report.fit == storage::SchemaFit::superseded;
  telemetry::log(telemetry::Level::error, "work handed over to newer instances",
                 {{"reason", report.reason}, {"serves_requests", serves}});
  services.stop();
  if (!serves) database.refuse(again_later(kUnavailable, report.reason));
}

}  // namespace remit::app
