#include "summary_fixture.hpp"

#include "remit/storage/transaction.hpp"
#include "remit/storage/values.hpp"
#include "support/work_found.hpp"

namespace remit::payments {
namespace {

constexpr storage::Statement kOneSnapshot{"test_one_snapshot",
                                          "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"};
constexpr storage::Statement kCountRows{"test_count_rows", R"(
    SELECT provider, count(*), sum(amount)::bigint FROM saga
    WHERE tenant_id = $1 AND kind = 'charge' AND status = 'COMPLETED'
      AND submitted_at >= coalesce($2, '-infinity'::timestamptz)
      AND submitted_at <= coalesce($3, 'infinity'::timestamptz)
    GROUP BY provider)"};
constexpr storage::Statement kExplain{
    "test_explain",
    "EXPLAIN (FORMAT JSON) EXECUTE charge_summary "
    "(635, 1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 'BRL')"};

storage::LaneSettings settings(const std::string& url, std::string name) {
  storage::LaneSettings result;
  result.name = std::move(name);
  result.url = url;
  return result;
}

void summarise(storage::Transaction& transaction, storage::Slot<SummariseCharges>& slot) {
  SummariseCharges::execute(transaction, std::span(&slot, 1));
}

}  // namespace

void CompareSummaries::execute(storage::Transaction& transaction,
                               std::span<storage::Slot<CompareSummaries>> slots) {
  using storage::read;
  transaction.execute(kOneSnapshot);
  for (auto& slot : slots) {
    storage::Slot<SummariseCharges> inner{slot.input, Summary()};
    summarise(transaction, inner);
    CompareSummaries::Output both;
    for (const auto& [processor, total] : *inner.output) {
      if (total.requests == 0 && total.amount_minor == 0) continue;
      both.summary[processor] = {total.requests, total.amount_minor};
    }
    for (const auto& row :
         transaction.execute(kCountRows, slot.input.tenant.id(), slot.input.from, slot.input.to)) {
      both.rows[read<std::string>(row[0])] = {read<std::int64_t>(row[1]),
                                              read<std::int64_t>(row[2])};
    }
    slot.output = std::move(both);
  }
}

void ExplainSummary::execute(storage::Transaction& transaction,
                             std::span<storage::Slot<ExplainSummary>> slots) {
  for (auto& slot : slots) {
    storage::Slot<SummariseCharges> inner{slot.input, Summary()};
    summarise(transaction, inner);
    slot.output = storage::read<std::string>(transaction.execute(kExplain)[0][0]);
  }
}

SummaryTest::SummaryTest(std::string url)
    : url_(std::move(url)),
      session_(url_),
      lanes_(loop_.get_executor(), settings(url_, "lanes")),
      other_lanes_(loop_.get_executor(), settings(url_, "other lanes")) {}

engine::Saga SummaryTest::sent(Tenant tenant, const std::string& processor, Timestamp when,
                               std::int64_t minor) {
  ChargeRequest request{.tenant = tenant,
                        .correlation_id = ids_.next(),
                        .amount = {minor, Currency::BRL},
                        .now = kStart,
                        .origin = {}};
  static_cast<void>(run(lanes_.run<AcceptCharge>(std::move(request))));
  const engine::LookRequest look{.plan = &charge_plan()};
  const engine::WorkSeen seen = run(lanes_.run<engine::LookForWork>(look));
  engine::Claimed claimed = run(lanes_.run<engine::ClaimSagas>({.plan = &charge_plan(),
                                                                .work = test::work_found(seen),
                                                                .has_provider = false,
                                                                .limit = 1,
                                                                .owner = ids_.next(),
                                                                .lease = std::chrono::hours(1)}));
  routing::Choice choice;
  choice.provider = processor;
  engine::Step step = engine::on_chosen(std::move(claimed.sagas.at(0)), choice,
                                        Money{1, Currency::BRL}, {.now = when, .fresh_id = {}}, {});
  if (run(lanes_.run<engine::SaveStep>({.step = step, .lease = std::chrono::hours(1)})) !=
      engine::Saved::saved) {
    throw std::runtime_error("the choice was fenced");
  }
  ++step.saga.version;
  return std::move(step.saga);
}

Task<Result<engine::Saved>> SummaryTest::complete(engine::Saga saga) {
  providers::Outcome outcome;
  outcome.status = providers::Outcome::Status::settled;
  return lanes_.run<engine::SaveStep>(
      {.step = engine::on_submitted(std::move(saga), outcome, {.now = kStart, .fresh_id = {}}, {}),
       .lease = {}});
}

void SummaryTest::expect_agreement(const SummaryRequest& request, storage::Lanes& lanes) {
  const auto both = run(lanes.run<CompareSummaries>(request));
  EXPECT_EQ(both.summary, both.rows) << text_of(request);
}

std::string text_of(const SummaryRequest& request) {
  return "tenant " + std::to_string(request.tenant.id().value()) + " from " +
         (request.from ? to_rfc3339(*request.from) : "…") + " to " +
         (request.to ? to_rfc3339(*request.to) : "…");
}

}  // namespace remit::payments
