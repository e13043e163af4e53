// The simulated providers: what they have on their books, and what they do wrong.
//
// A request reaches a provider over a network that may lose, hold back or double it, takes effect
// after a delay, and is answered over the same network; none of it depends on whether the caller
// still waits. Where the lies end is what the product is promised (docs/providers.md, the one
// rule): a submission takes effect within twice the timeout under which it was sent, or never; a
// record is hidden from questions at most as long; an error that a processor says in its own words
// comes before the work; copies of one request are all refused or all taken. Shared by all
// instances; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "remit/config/config.hpp"
#include "remit/providers/leg_provider.hpp"
#include "remit/providers/reports.hpp"
#include "simulation/random.hpp"
#include "simulation/run_log.hpp"
#include "simulation/schedule.hpp"

namespace remit::simulation {

/// Per thousand requests, where nothing else is said.
struct ProviderWeather {
  bool refuses_connections = false;
  bool hangs = false;    ///< takes requests, does nothing, says nothing
  bool failing = false;  ///< 5xx without effect
  bool lies_about_health = false;
  bool unreadable_health = false;  ///< answers the question, but with no report
  std::int64_t request_lost = 0;
  std::int64_t answer_lost = 0;
  std::int64_t late = 0;  ///< takes effect after the caller gave up
  std::int64_t duplicated = 0;
  std::int64_t broken = 0;  ///< the caller loses the connection at once; the request goes its way
  std::int64_t fails = 0;
  std::int64_t works_then_fails = 0;
  std::int64_t works_then_refuses = 0;  ///< a 4xx that is no contract's
  std::int64_t gateway = 0;             ///< 502 or 504 while the work goes on
  std::int64_t gateway_4xx = 0;         ///< of a gateway, whether it passes on or not
  bool no_route = false;                ///< a gateway has no route to it, and says so
  std::int64_t garbage = 0;
  std::int64_t busy = 0;     ///< 429
  std::int64_t refuses = 0;  ///< for good
  std::int64_t refuses_for_now = 0;
  std::int64_t refuses_repeats = 0;  ///< for now, while an earlier submission is still under way
  std::int64_t hides = 0;
  std::int64_t redated = 0;      ///< on the books before, with another instant
  std::int64_t misrecorded = 0;  ///< likewise, for a while with another amount
  std::int64_t settlement_fails = 0;
  std::int64_t settlement_slow = 0;
};

struct Response {
  int status = 0;           ///< 0: the connection broke
  bool is_foreign = false;  ///< not in the provider's own words
  bool is_garbage = false;
  providers::Outcome::Status transfer = providers::Outcome::Status::pending;
  std::string reference{};
  std::string tx_id{};
  Money amount{};
  Timestamp requested_at{};
  bool failing = false;
  std::int64_t min_response_ms = 0;
};

struct Request {
  enum class Type : std::uint8_t { submit, ask_reference, ask_operation, health, fees };
  enum class Fate : std::uint8_t { open, refused, taken };
  Type type = Type::submit;
  providers::Operation operation{};
  Duration timeout{0};  ///< the caller's
  Duration sent_at{0};
  Who sender = kWorld;
  /// Of a submission whose copies may arrive more than once: decided by the first.
  Fate fate = Fate::open;
  int refusal = 0;
  std::int64_t copies = 0;  ///< still under way
};

using Respond = std::function<void(const Response&)>;
using SharedRequest = std::shared_ptr<Request>;

/// For aimed crashes: a submission took effect or will do so late, a query found nothing.
using OnMoment = std::function<void(const Request&)>;

class SimProvider {
 public:
  struct Parts {
    Schedule& schedule;
    RunLog& log;
    Random random;
    config::ProviderConfig config;
    Who who;
  };
  explicit SimProvider(Parts parts);
  SimProvider(const SimProvider&) = delete;
  SimProvider& operator=(const SimProvider&) = delete;
  virtual ~SimProvider() = default;

  ProviderWeather weather;
  OnMoment on_moment;
  std::set<Who> cut_off;  ///< processes that cannot reach it, although it is there

  [[nodiscard]] const config::ProviderConfig& config() const { return parts_.config; }
  [[nodiscard]] Who who() const { return parts_.who; }

  /// How long a caller takes to get a connection; empty: refused.
  [[nodiscard]] std::optional<Duration> connect(Who caller);
  /// From here on the request is out of the caller's hands.
  void send(SharedRequest request, Respond respond);

  /// A submission of the leg may still take effect here.
  [[nodiscard]] bool is_expected(const Uuid& payment_id, providers::OperationKind kind) const;
  /// It has taken effect here, and that was not undone by a failure.
  [[nodiscard]] virtual bool has(const Uuid& payment_id, providers::OperationKind kind) const = 0;

  [[nodiscard]] FeeSchedule fees();

  /// Whether it has ever told anybody so.
  [[nodiscard]] bool has_said(bool failing, std::int64_t min_response_ms) const {
    return said_.contains({failing, min_response_ms});
  }

 protected:
  /// Another copy of the operation would change nothing.
  [[nodiscard]] virtual bool knows(const Uuid& operation_id) const = 0;
  /// A submission that is not refused for other reasons.
  virtual Response take(const Request& request) = 0;
  virtual Response look_up(const Request& request) = 0;
  /// Hidden from questions until then.
  [[nodiscard]] Duration draw_hidden_until(const Request& request);
  [[nodiscard]] Duration bound(const Request& request) const;

  Parts parts_;

 private:
  struct Expectation {
    Uuid payment_id;
    providers::OperationKind kind;
    Uuid operation_id;
    friend auto operator<=>(const Expectation&, const Expectation&) = default;
  };

  [[nodiscard]] static Expectation expectation(const Request& request);
  void deliver(SharedRequest request, Respond respond, Duration delay);
  [[nodiscard]] Duration draw_work(const Request& request, Duration longest);
  void arrive(const SharedRequest& request, const Respond& respond);
  /// Whether a gateway has answered, and the request stops there or arrives unnoticed.
  bool intercept(const SharedRequest& request, const Respond& respond);
  void work_unheard(const SharedRequest& request);
  /// Questions about what was passed on unheard do not get through for a while.
  [[nodiscard]] bool is_way_lost(const Request& request) const;
  /// Whether another submission of its operation has not arrived yet.
  [[nodiscard]] bool is_repeat(const Request& request) const;
  [[nodiscard]] Response foreign_refusal(const Request& request);
  void work(const SharedRequest& request, const Respond& respond);
  Response submission(Request& request);
  Response question(const Request& request);
  Response report();
  void answer(const Request& request, const Respond& respond, Response response);
  void copy_gone(Request& request);
  void void_copies(Request& request);

  std::map<Uuid, Duration> way_lost_until_;
  std::map<Expectation, std::int64_t> expected_;  ///< copies of submissions under way
  Duration health_asked_at_{-10'000'000};
  std::set<std::pair<bool, std::int64_t>> said_;
};

struct ChargeRecord {
  Money amount;
  Timestamp requested_at;
  Duration at;
  Duration hidden_until;
};

class SimProcessor final : public SimProvider {
 public:
  using SimProvider::SimProvider;
  [[nodiscard]] bool has(const Uuid& payment_id, providers::OperationKind kind) const override;
  [[nodiscard]] const std::map<Uuid, ChargeRecord>& book() const { return book_; }

 protected:
  [[nodiscard]] bool knows(const Uuid& operation_id) const override {
    return payments_.contains(operation_id);
  }
  Response take(const Request& request) override;
  Response look_up(const Request& request) override;

 private:
  /// As if it had been recorded before, in a life of the database that a restore has undone.
  bool make_old(ChargeRecord& record, const Uuid& id);

  /// Whether it is sent under the id that its tenant's charges have here.
  [[nodiscard]] static bool is_its_own(const providers::Operation& operation);

  std::map<Uuid, ChargeRecord> book_;  ///< by payment
  std::map<Uuid, Uuid> payments_;      ///< by operation
};

struct Transfer {
  std::string id;
  Uuid operation_id;
  Uuid payment_id;
  providers::OperationKind kind;
  Money source;
  Money target;
  std::string account;
  std::string refund_of;
  providers::Outcome::Status status = providers::Outcome::Status::pending;
  std::int64_t polls_left = 0;
  Duration settles_at{0};
  bool will_fail = false;
  Duration hidden_until{0};
};

class SimRamp final : public SimProvider {
 public:
  using SimProvider::SimProvider;
  [[nodiscard]] bool has(const Uuid& payment_id, providers::OperationKind kind) const override;
  [[nodiscard]] const std::map<std::string, Transfer>& book() const { return book_; }
  [[nodiscard]] std::vector<const Transfer*> transfers_of(const Uuid& payment_id) const;
  /// What it answers as the transfer's name. One of them names none, as chains do.
  [[nodiscard]] std::string reference_of(const Transfer& transfer) const;
  /// Everything settles from now on: the world has healed.
  void heal(Duration within);

 protected:
  [[nodiscard]] bool knows(const Uuid& operation_id) const override {
    return by_operation_.contains(operation_id);
  }
  Response take(const Request& request) override;
  Response look_up(const Request& request) override;

 private:
  /// The id of the transfer that a refund gives back, by name or, where there are none, operation.
  [[nodiscard]] std::string original_of(const providers::Operation& refund) const;
  [[nodiscard]] Response refuse_refund(const std::string& original) const;
  [[nodiscard]] Response show(const Transfer& transfer, int status) const;
  void progress(Transfer& transfer);

  std::map<std::string, Transfer> book_;
  std::map<Uuid, std::string> by_operation_;
  std::multimap<Uuid, std::string> by_payment_;
};

/// All of them, and what may be true only across them.
class ProviderWorld {
 public:
  ProviderWorld(Schedule& schedule, RunLog& log, Random random,
                const std::vector<config::ProviderConfig>& configs);

  [[nodiscard]] SimProvider* find(ProviderKind kind, std::string_view name) const;
  [[nodiscard]] const std::vector<std::unique_ptr<SimProvider>>& all() const { return all_; }
  /// To be called before a submission is sent to `to`: no other provider may have the leg.
  void check_submission(const SimProvider& to, const Request& request);
  /// A call about a payment begins, under a lease until `until`: nobody else may have one under way
  /// whose lease has not ended. Answers what to end it with; it never ends when its process dies.
  std::int64_t begin_work(const Uuid& payment_id, Duration until);
  void end_work(const Uuid& payment_id, std::int64_t number);

 private:
  struct Work {
    std::int64_t number = 0;
    Duration until{0};
  };

  Schedule& schedule_;
  RunLog& log_;
  std::map<Uuid, Work> work_;
  std::int64_t last_work_ = 0;
  std::vector<std::unique_ptr<SimProvider>> all_;
};

}  // namespace remit::simulation
