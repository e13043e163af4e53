// What all simulated providers have in common: faults, health, and a record of each effect in the
// state file.
//
// Owned by the World through a shared pointer that its routes hold too; loop thread. Clock and
// alarms outlive all providers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "remit/base/alarm.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"
#include "remit/sandbox/fault_gate.hpp"
#include "remit/sandbox/faults.hpp"
#include "remit/sandbox/journal.hpp"
#include "remit/sandbox/pauses.hpp"

namespace remit::sandbox {

/// What a provider is given by its World.
struct SimContext {
  std::string name;
  std::uint64_t seed = 1;
  const Clock& clock;
  AlarmFactory& alarms;
  std::shared_ptr<Journal> journal;
  std::shared_ptr<Pauses> pauses;
};

class Sim {
 public:
  Sim(const Sim&) = delete;
  Sim& operator=(const Sim&) = delete;
  virtual ~Sim() = default;

  /// Applies a record of the state file; false when it makes no sense here.
  [[nodiscard]] virtual bool replay(const net::JsonValue& /*record*/) { return false; }

  [[nodiscard]] const std::string& name() const { return context_.name; }
  [[nodiscard]] Faults& faults() { return faults_; }
  [[nodiscard]] FaultGate& gate() { return gate_; }

  Result<net::Response> show_faults(const net::Request& request);
  Result<net::Response> update_faults(const net::Request& request);
  /// {"failing":false,"minResponseTime":0}
  Result<net::Response> health(const net::Request& request);

 protected:
  explicit Sim(SimContext context, FaultGate::Answers answers = {});

  /// Writes an effect to the state file. When it fails, the effect must not happen.
  [[nodiscard]] Result<void> keep(std::string_view record);

  /// Queries do not find what was accepted within the last `invisible_ms`. Kept in memory alone:
  /// after a restart everything is found.
  void hide(const Uuid& operation);
  [[nodiscard]] bool is_hidden(const Uuid& operation) const;

  SimContext context_;
  Faults faults_;
  FaultGate gate_;

 private:
  std::unordered_map<Uuid, Duration> accepted_at_;
};

}  // namespace remit::sandbox
