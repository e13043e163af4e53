#include "schema_watch.hpp"

#include <utility>

namespace remit::app {
namespace {

using storage::SchemaFit;

/// Where every statement fails there is a doubt for each.
constexpr Duration kLooksApart = std::chrono::milliseconds(100);

}  // namespace

SchemaWatch::SchemaWatch(Parts parts, Duration interval)
    : parts_(std::move(parts)), interval_(interval), alarm_(parts_.alarms.make_alarm()) {}

Task<void> SchemaWatch::run(std::shared_ptr<SchemaWatch> watch) {
  while (!watch->stopping_) {
    const Result<storage::SchemaReport> report = co_await watch->parts_.look();
    watch->looked_at_ = watch->parts_.clock.monotonic();
    if (watch->stopping_) break;
    if (report) watch->judge(*report);
    if (watch->fit_ == SchemaFit::outdated) break;
    co_await watch->alarm_->wait(watch->interval_);
  }
}

void SchemaWatch::judge(const storage::SchemaReport& report) {
  const bool is_worse = report.fit == SchemaFit::outdated ||
                        (report.fit == SchemaFit::superseded && fit_ == SchemaFit::fit);
  if (!is_worse) return;
  fit_ = report.fit;
  parts_.on_change(report);
}

void SchemaWatch::doubt() {
  if (parts_.clock.monotonic() - looked_at_ >= kLooksApart) alarm_->ring();
}

void SchemaWatch::stop() {
  stopping_ = true;
  alarm_->ring();
}

}  // namespace remit::app
