// What goes wrong, and when: phases of weather for the database, the providers and the network,
// and blows to the instances, as much of each as the profile says. Some blows are aimed: at the
// instant when a provider has done something and nobody knows it yet.
//
// One thread. `heal` ends all of it.
#pragma once

#include <memory>
#include <vector>

#include "simulation/client.hpp"
#include "simulation/instance.hpp"

namespace remit::simulation {

class Chaos {
 public:
  Chaos(World& world, Instances& instances);
  Chaos(const Chaos&) = delete;
  Chaos& operator=(const Chaos&) = delete;

  void start();
  /// No trouble any more: everything runs, settles and tells the truth.
  void heal();

 private:
  /// Again and again, the more often the higher `level` (1 … 10), while there is trouble.
  void repeat(std::int64_t level, void (Chaos::*what)());

  void change_database();
  void stop_database();
  void change_provider();
  void change_network();
  void crash_one();
  void pause_one();
  void stop_one();
  void jump_one();
  void change_rates();

  [[nodiscard]] Duration away_until(const SimProvider& provider) const;
  [[nodiscard]] bool is_away(const SimProvider& provider) const;
  void aim_at(const Request& request);
  void crash(Instance& instance);
  void pause(Instance& instance);
  /// Later, if it is still in trouble then.
  void later(Duration delay, std::function<void()> what);
  [[nodiscard]] Duration draw_pause();

  World& world_;
  Instances& instances_;
  Random random_;
};

}  // namespace remit::simulation
