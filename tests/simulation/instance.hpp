// A simulated remitd: the product's objects, composed as src/app/application.cpp composes them, on
// a machine that can be killed, paused, set wrong and stopped. Its host keeps its wrong clock when
// the process is restarted.
//
// One thread. Everything here but `run_ready` is called from events of the schedule, never from
// within a process.
#pragma once

#include <functional>
#include <memory>

#include "simulation/client_requests.hpp"
#include "simulation/database.hpp"
#include "simulation/providers_link.hpp"
#include "simulation/run_profile.hpp"

namespace remit::simulation {

/// What everything in a run happens in.
struct World {
  World(std::uint64_t seed, Duration trouble, ShapeProfile* shape);

  Random random;
  Profile profile;
  Timestamp epoch;
  Schedule schedule;
  RunLog log{schedule};
  Database database;
  ProviderWorld providers;
  SimRates rates;
  bool is_troubled = true;
};

class Instance {
 public:
  Instance(World& world, Who self);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  [[nodiscard]] bool is_up() const { return process_ != nullptr; }
  [[nodiscard]] bool is_paused() const;
  /// Hands out no more work and ends by itself.
  [[nodiscard]] bool is_stopping() const;

  void start();
  void kill();
  void stop();
  void pause();
  void resume();
  void set_clock(Duration offset);
  [[nodiscard]] Duration clock_offset() const { return offset_; }

  /// A request of a client; answered at most once, and not by a process that is gone. False: the
  /// connection was refused.
  bool serve(SharedClientRequest request, Answered answered);

  void run_ready();

 private:
  class Process;
  World& world_;
  Who self_;
  Random random_;
  Duration offset_{0};
  std::shared_ptr<Process> process_;
};

}  // namespace remit::simulation
