// The clients of wallets: they open them, move money now and later, capture, cancel, freeze and
// delete, at the worst instants that they can find, and repeat what was not answered under the same
// key at any instance.
//
// One thread. They live outside of every process, on a machine of their own. No two wishes have the
// same amount: by it each transaction is known.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/client.hpp"

namespace remit::simulation {

/// Of a user's wallet; no wish is about so much.
inline constexpr std::int64_t kOpeningBalance = 5'000'000;

/// What a transaction is asked for with, by whichever requests.
struct WalletWish {
  Tenant tenant = kTenant;
  std::string kind;
  std::string from;
  std::string to;
  std::int64_t amount = 0;
  bool is_hold = false;
  bool is_contested = false;  ///< its id is used with another content as well: one is refused
  std::int64_t taken = 0;     ///< how often a request of it was answered as one that is taken
};

class WalletClients {
 public:
  WalletClients(World& world, Instances& instances, std::uint64_t seed);
  WalletClients(const WalletClients&) = delete;
  WalletClients& operator=(const WalletClients&) = delete;
  ~WalletClients() { machine_.kill(); }

  void start();
  void run_ready() { machine_.run_ready(); }
  [[nodiscard]] bool are_done() const { return busy_ == 0; }
  /// By amount.
  [[nodiscard]] const std::map<std::int64_t, WalletWish>& wishes() const { return wishes_; }

 private:
  /// One key, and what its users were told.
  struct Promise {
    SharedClientRequest request;
    std::optional<ClientAnswer> held;
    std::int64_t executions = 0;
  };

  Task<void> live(Tenant tenant, Duration begin);
  Task<void> open(Tenant tenant, std::string user, std::int64_t balance);
  Task<void> move_funds(Tenant tenant);
  Task<void> transfer(Tenant tenant);
  Task<void> transfer_many(Tenant tenant);
  Task<void> disturb(Tenant tenant, Uuid id, bool is_hold);
  Task<void> freeze(Tenant tenant);
  Task<void> send_to_one_that_goes(Tenant tenant);
  Task<void> capture(Tenant tenant, Uuid id);
  Task<void> cancel(Tenant tenant, Uuid id);
  Task<void> sleep(Duration delay);
  /// Until shortly before or after the transaction is due.
  Task<void> sleep_until_due(Tenant tenant, Uuid id);

  [[nodiscard]] wallets::NewTransfer draw_transfer(Tenant tenant);
  [[nodiscard]] std::string draw_user();
  /// A new wish with an amount of its own.
  WalletWish& wish(Tenant tenant, std::string kind);

  /// Under a key of its own, until there is an answer that is about the request.
  Task<ClientAnswer> ask(Tenant tenant, wallets::Movement movement);
  Task<ClientAnswer> insist(Promise* promise, SharedClientRequest request);
  Task<void> insist_beside(Promise* promise);
  Task<ClientAnswer> send(Promise* promise, SharedClientRequest request);
  void deliver(Promise* promise, SharedClientRequest request, Reply<ClientAnswer> reply);
  void judge(Promise* promise, const ClientRequest& request, const ClientAnswer& told);
  void judge_taken(const ClientRequest& request, const ClientAnswer& told);

  World& world_;
  Instances& instances_;
  Random random_;
  SeededUuidSource ids_;
  std::int64_t loss_ = 0;  ///< per thousand messages
  std::deque<Promise> promises_;
  std::map<std::int64_t, WalletWish> wishes_;
  std::vector<std::pair<Tenant, wallets::NewTransfer>> own_;  ///< those with ids of clients
  std::int64_t last_amount_ = 0;
  std::int64_t last_user_ = 0;
  std::int64_t busy_ = 0;
  Machine machine_;
};

}  // namespace remit::simulation
