#include "remit/engine/engine.hpp"

#include <stdexcept>

#include "runner_fixture.hpp"

namespace remit::engine {
namespace {

class EngineTest : public RunnerTest {
 protected:
  Engine engine_{parts(), {}, {{kOneLegPlan, 4}, {kTwoLegPlan, 2}}};
};

TEST_F(EngineTest, EachKindHasItsOwnRunner) {
  EXPECT_NE(&engine_.admission(kOneLegPlan), &engine_.admission(kTwoLegPlan));
  EXPECT_THROW(static_cast<void>(engine_.admission(kThreeLegPlan)), std::logic_error);
}

TEST_F(EngineTest, StartsAndStopsAllOfThem) {
  add(1);
  engine_.start();
  settle();
  EXPECT_EQ(count("submit"), 1);
  const std::vector<RunnerStatistics> busy = engine_.statistics();
  ASSERT_EQ(busy.size(), 2U);
  EXPECT_EQ(busy[0].kind, kOneLegPlan.kind);
  EXPECT_EQ(busy[0].permits, 4);
  EXPECT_EQ(busy[0].in_flight + busy[1].in_flight, 1);
  engine_.stop();
  EXPECT_FALSE(engine_.admission(kTwoLegPlan).try_admit(new_saga(kTwoLegPlan, id_of(2))));
  bool has_ended = false;
  boost::asio::co_spawn(loop_, engine_.ended(seconds(5)),
                        [&has_ended](std::exception_ptr, bool ended) { has_ended = ended; });
  settle();
  EXPECT_FALSE(has_ended) << "one saga is still in memory";
  provider_.answer_all(settled());
  settle();
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(row().saga.status, kCompleted);
}

}  // namespace
}  // namespace remit::engine
