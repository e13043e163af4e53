#include "saga_table_fixture.hpp"

#include <stdexcept>

#include "remit/storage/transaction.hpp"
#include "support/work_found.hpp"

namespace remit::engine {
namespace {

storage::LaneSettings settings(const std::string& url) {
  storage::LaneSettings result;
  result.name = "test-lanes";
  result.url = url;
  return result;
}

}  // namespace

void InsertAll::execute(storage::Transaction& transaction,
                        std::span<storage::Slot<InsertAll>> slots) {
  for (auto& slot : slots) slot.output = insert_sagas(transaction, slot.input);
}

void SaveAll::execute(storage::Transaction& transaction, std::span<storage::Slot<SaveAll>> slots) {
  for (auto& slot : slots) {
    std::vector<StepToSave> steps;
    for (const Step& step : slot.input) steps.push_back({.step = &step, .lease = seconds(30)});
    slot.output = save_steps(transaction, steps);
  }
}

SagaTableTest::SagaTableTest()
    : url_(test::migrated_database()),
      session_(url_),
      lanes_(loop_.get_executor(), settings(url_)) {
  for (const std::string_view kind :
       {"test_one", "test_two", "test_three", "test_terms", "test_total"}) {
    query("ALTER TYPE saga_kind ADD VALUE IF NOT EXISTS '" + std::string(kind) + "'");
  }
}

void SagaTableTest::insert(std::vector<Saga> sagas) {
  std::vector<NewSaga> entries;
  for (Saga& saga : sagas) entries.push_back({.saga = std::move(saga), .start_after = {}});
  run(lanes_.run<InsertAll>(std::move(entries)));
}

std::vector<Saga> SagaTableTest::claim(bool has_provider, std::int64_t limit,
                                       const SagaPlan& plan) {
  return claim_all(has_provider, limit, plan).sagas;
}

Claimed SagaTableTest::claim_all(bool has_provider, std::int64_t limit, const SagaPlan& plan) {
  const LookRequest look{.plan = &plan, .has_provider = has_provider};
  return run(lanes_.run<ClaimSagas>({.plan = &plan,
                                     .work = test::work_found(run(lanes_.run<LookForWork>(look))),
                                     .has_provider = has_provider,
                                     .limit = limit,
                                     .owner = id_of(9),
                                     .lease = seconds(30)}));
}

Saga SagaTableTest::claim_one(const SagaPlan& plan) {
  std::vector<Saga> claimed = claim(false, 10, plan);
  if (claimed.size() != 1) throw std::runtime_error(std::to_string(claimed.size()) + " claimed");
  return std::move(claimed.front());
}

Saved SagaTableTest::save(Step step) {
  return run(lanes_.run<SaveStep>({.step = std::move(step), .lease = seconds(30)}));
}

}  // namespace remit::engine
