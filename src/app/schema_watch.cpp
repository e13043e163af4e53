#include "schema_watch.hpp"

#include <utility>

namespace remit::app {
namespace {

using storage::SchemaFit;

/// Where every statement fails there is a doubt for each.
constexpr Duration kLooksApart = std::chrono::milliseconds(100);

}  // namespace

SchemaWatch::SchemaWatch(const jobs::Context& context, Parts parts, Duration interval)
    : clock_(context.clock),
      parts_(std::move(parts)),
      interval_(interval),
      job_(context, "schema watch", [this] { return turn(); }) {}

Task<jobs::Rest> SchemaWatch::turn() {
  const Result<storage::SchemaReport> report = co_await parts_.look();
  looked_at_ = clock_.monotonic();
  if (report && !job_.is_stopping()) judge(*report);
  if (fit_ == SchemaFit::outdated) co_return std::nullopt;
  co_return interval_;
}

void SchemaWatch::judge(const storage::SchemaReport& report) {
  const bool is_worse = report.fit == SchemaFit::outdated ||
                        (report.fit == SchemaFit::superseded && fit_ == SchemaFit::fit);
  if (!is_worse) return;
  fit_ = report.fit;
  parts_.on_change(report);
}

void SchemaWatch::doubt() {
  if (clock_.monotonic() - looked_at_ >= kLooksApart) job_.wake();
}

}  // namespace remit::app
