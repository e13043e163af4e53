#include "remit/webhooks/upkeep.hpp"

#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::webhooks {
namespace {

using telemetry::Level;

void log_failure(std::string_view what, const Problem& problem) {
  telemetry::log(Level::warn, what, {{"code", problem.code.name}, {"detail", problem.detail}});
}

}  // namespace

Upkeep::Upkeep(const jobs::Context& context, Parts parts, UpkeepSettings settings)
    : parts_(std::move(parts)),
      settings_(settings),
      job_(context, "webhook upkeep", [this] { return turn(); }) {}

Task<jobs::Rest> Upkeep::turn() {
  if (!parts_.is_here()) co_return settings_.standby_pause;
  const Result<void> forgotten = co_await forget_secrets();
  if (!forgotten) log_failure("old webhook secrets could not be removed", forgotten.error());
  const Result<void> resealed = co_await reseal();
  if (!resealed) log_failure("webhook secrets could not be sealed again", resealed.error());
  const Result<void> removed = co_await remove_old();
  if (!removed) log_failure("old webhook deliveries could not be removed", removed.error());
  co_return settings_.interval;
}

Task<Result<void>> Upkeep::forget_secrets() {
  ForgetSecrets::Input all;
  const auto forgotten = co_await parts_.database.run<ForgetSecrets>(all);
  if (!forgotten) co_return fail(forgotten.error());
  if (*forgotten > 0) {
    telemetry::log(Level::info, "old webhook secrets removed", {{"endpoints", *forgotten}});
  }
  co_return Result<void>();
}

Task<Result<void>> Upkeep::reseal() {
  ListSealed::Input page{.after = {}, .limit = settings_.batch};
  std::int64_t resealed = 0;
  std::int64_t unreadable = 0;
  for (bool has_more = true; has_more && !job_.is_stopping();) {
    const auto rows = co_await parts_.database.run<ListSealed>(page);
    if (!rows) co_return fail(rows.error());
    for (const ListSealed::Row& row : *rows) {
      page.after = row.endpoint;
      const auto fresh = parts_.endpoints.reseal(row.endpoint, row.texts);
      if (!fresh) ++unreadable;
      if (!fresh || *fresh == row.texts) continue;
      ResealEndpoint::Input change{.endpoint = row.endpoint, .before = row.texts, .after = *fresh};
      const Result<bool> saved = co_await parts_.database.run<ResealEndpoint>(std::move(change));
      if (!saved) co_return fail(saved.error());
      if (*saved) ++resealed;
    }
    has_more = std::cmp_equal(rows->size(), settings_.batch);
  }
  if (resealed > 0) {
    telemetry::log(Level::info, "webhook secrets sealed with the newest key",
                   {{"endpoints", resealed}});
  }
  if (unreadable > 0) {
    telemetry::log(Level::error, "webhook secrets do not open: a key is missing",
                   {{"endpoints", unreadable}});
  }
  co_return Result<void>();
}

Task<Result<void>> Upkeep::remove_old() {
  RemoveDeliveries::Input next{.after = {}, .keep = settings_.keep, .limit = settings_.batch};
  std::int64_t removed = 0;
  while (!job_.is_stopping()) {
    const auto some = co_await parts_.database.run<RemoveDeliveries>(next);
    if (!some) co_return fail(some.error());
    if (!some->endpoint) break;
    removed += some->removed;
    const bool has_more = some->removed == settings_.batch;
    if (!has_more) next.after = some->endpoint;
  }
  if (removed > 0) {
    telemetry::log(Level::info, "old webhook deliveries removed", {{"deliveries", removed}});
  }
  co_return Result<void>();
}

}  // namespace remit::webhooks
