#include "remit/base/errand.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace remit {
namespace {

namespace asio = boost::asio;

/// What the test and the thread, which may outlast it, share.
struct Scene {
  std::promise<void> may_end;
  std::promise<void> has_ended;
  std::thread::id ended_on;
  std::optional<std::thread::id> told_on;
};

class ErrandTest : public testing::Test {
 protected:
  /// Work that lasts until the test lets it end.
  [[nodiscard]] Errand::Work work() const {
    return [scene = scene_, wait = scene_->may_end.get_future()]() mutable -> Errand::Tell {
      wait.wait();
      scene->ended_on = std::this_thread::get_id();
      scene->has_ended.set_value();
      return [scene] { scene->told_on = std::this_thread::get_id(); };
    };
  }
  void let_it_end() {
    scene_->may_end.set_value();
    scene_->has_ended.get_future().wait();
  }

  std::shared_ptr<Scene> scene_ = std::make_shared<Scene>();
};

TEST_F(ErrandTest, WorksOnAnotherThreadAndTellsOnTheLoop) {
  asio::io_context loop;
  auto guard = asio::make_work_guard(loop);
  const Errand errand(loop.get_executor(), work());
  let_it_end();
  while (!scene_->told_on) loop.run_one();
  EXPECT_EQ(*scene_->told_on, std::this_thread::get_id());
  EXPECT_NE(scene_->ended_on, std::this_thread::get_id());
}

TEST_F(ErrandTest, DeliversNothingToADestroyedOwner) {
  asio::io_context loop;
  std::optional<Errand> errand(std::in_place, loop.get_executor(), work());
  errand.reset();
  let_it_end();
  loop.run();
  EXPECT_FALSE(scene_->told_on);
}

TEST_F(ErrandTest, DeliversNothingToAnOwnerDestroyedMeanwhile) {
  asio::io_context loop;
  auto guard = asio::make_work_guard(loop);
  std::optional<Errand> told;
  std::optional<Errand> gone;
  gone.emplace(loop.get_executor(), work());
  bool is_over = false;
  told.emplace(loop.get_executor(), [&]() -> Errand::Tell {
    return [&] {
      gone.reset();  // its word may be in the queue by now, or not
      is_over = true;
    };
  });
  let_it_end();
  while (!is_over) loop.run_one();
  const bool was_first = scene_->told_on.has_value();
  loop.poll();
  EXPECT_EQ(scene_->told_on.has_value(), was_first) << "nothing comes after its end";
}

TEST_F(ErrandTest, OutlastsTheLoop) {
  {
    asio::io_context loop;
    const Errand errand(loop.get_executor(), work());
  }
  let_it_end();
  EXPECT_FALSE(scene_->told_on);
}

TEST_F(ErrandTest, MayBeDestroyedByWhatItTells) {
  asio::io_context loop;
  auto guard = asio::make_work_guard(loop);
  std::optional<Errand> errand;
  bool is_over = false;
  errand.emplace(loop.get_executor(), [&]() -> Errand::Tell {
    return [&] {
      errand.reset();
      is_over = true;
    };
  });
  while (!is_over) loop.run_one();
}

}  // namespace
}  // namespace remit
