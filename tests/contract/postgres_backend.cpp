#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>

#include "contract/backend.hpp"
#include "remit/storage/migrations.hpp"
#include "remit/storage/postgres_database.hpp"
#include "support/database_proxy.hpp"
#include "support/migrated_database.hpp"

namespace remit::contract {
namespace {

std::string quoted(const std::string& text) { return "'" + text + "'"; }
std::string quoted(Uuid id) { return quoted(id.to_string()); }
std::string quoted(Timestamp time) { return quoted(to_rfc3339(time)); }

/// "bucket, tenant" of what has that id or key.
template <class Key>
std::string place_of(const Tenant& tenant, const Key& key) {
  return std::to_string(tenant.bucket_of(key).value()) + ", " + std::to_string(tenant.id().value());
}

class PostgresOutsider final : public Outsider {
 public:
  explicit PostgresOutsider(const std::string& url) : session_(url) { session_.query("BEGIN"); }
  ~PostgresOutsider() override {
    if (is_open_) session_.query("ROLLBACK");
  }

  void change_saga(Uuid id) override {
    session_.query("UPDATE saga SET version = version + 1 WHERE saga_id = " + quoted(id));
  }
  // It leaves it to the other to find out that they wait for each other.
  void change_saga_at_last(Uuid id) override {
    session_.query("SET LOCAL deadlock_timeout = '1min'");
    change_saga(id);
  }
  void add_transition(Uuid id, std::int64_t step) override {
    session_.query("INSERT INTO saga_transition SELECT bucket, tenant_id, saga_id, " +
                   std::to_string(step) + ", 0, 'PENDING', 'PROCESSING', 'sent', " +
                   quoted(Timestamp{}) + " FROM saga WHERE saga_id = " + quoted(id));
  }
  void insert_key(const idempotency::Claim& claim, const idempotency::Answer& answer) override {
    session_.query(
        "INSERT INTO idempotency_key (bucket, tenant_id, key, fingerprint, status, body, "
        "created_at) VALUES (" +
        place_of(claim.tenant, claim.key) + ", " + quoted(claim.key) + ", decode(" +
        quoted(claim.fingerprint) + ", 'hex'), " + std::to_string(answer.status) + ", " +
        quoted(answer.body) + ", " + quoted(claim.now) + ")");
  }
  void insert_charge(const payments::ChargeRequest& request) override {
    session_.query(
        "INSERT INTO saga (bucket, tenant_id, saga_id, kind, status, version, amount, currency, "
        "due_at, is_traced, shelf, created_at, updated_at) VALUES (" +
        place_of(request.tenant, request.correlation_id) + ", " + quoted(request.correlation_id) +
        ", 'charge', 'PENDING', (SELECT epoch << 32 FROM purge_epoch), " +
        std::to_string(request.amount.minor) + ", " +
        quoted(std::string(to_string(request.amount.currency))) + ", now(), false, '', " +
        quoted(request.now) + ", " + quoted(request.now) + ")");
    session_.query(
        "INSERT INTO saga_queue (bucket, kind, routed, due_at, tenant_id, saga_id) SELECT bucket, "
        "kind, false, due_at, tenant_id, saga_id FROM saga WHERE saga_id = " +
        quoted(request.correlation_id));
  }
  void spoil_legs(Uuid id) override {
    session_.query(
        "UPDATE saga SET legs = json_build_object('newer', legs)::text WHERE saga_id = " +
        quoted(id));
  }
  void mend_legs(Uuid id) override {
    session_.query("UPDATE saga SET legs = legs::json ->> 'newer' WHERE saga_id = " + quoted(id));
  }
  void use_quote(Uuid id, Uuid payment_id) override {
    session_.query("UPDATE quote SET payment_id = " + quoted(payment_id) +
                   " WHERE quote_id = " + quoted(id));
  }
  void claim_health(const routing::HealthSlot& slot) override {
    session_.query(
        "UPDATE provider_health SET next_check_at = now() + interval '1 hour' WHERE kind = " +
        quoted(std::string(to_string(slot.kind))) + " AND name = " + quoted(slot.name));
  }
  void commit() override {
    session_.query("COMMIT");
    is_open_ = false;
  }

 private:
  bool is_open_ = true;
  test::PostgresSession session_;
};

storage::LaneSettings lanes_of(const std::string& url, bool read_only) {
  storage::LaneSettings settings;
  settings.name = read_only ? "read" : "write";
  settings.url = url;
  settings.lanes = 1;
  settings.read_only = read_only;
  return settings;
}

storage::PostgresDatabase::Settings settings_of(const std::string& url) {
  return {.write = lanes_of(url, false),
          .read = lanes_of(url, true),
          .list = lanes_of(url, true),
          .ready = lanes_of(url, true),
          .upkeep = lanes_of(url, false)};
}

std::string migrated(std::string url) {
  const auto report = storage::migrate(url);
  if (!report) throw std::runtime_error(report.error());
  return url;
}

class PostgresBackend final : public Backend {
 public:
  PostgresBackend(test::PostgresCluster& cluster, std::string url)
      : cluster_(cluster), url_(std::move(url)) {
    session_.emplace(url_);
    // Emptied, which is much faster than a database for each test. The ledger would refuse it.
    query(
        "SET session_replication_role = replica; DELETE FROM saga; DELETE FROM saga_queue; "
        "DELETE FROM saga_lease; "
        "DELETE FROM saga_transition; "
        "DELETE FROM posting; DELETE FROM idempotency_key; DELETE FROM quote; "
        "DELETE FROM conversion; DELETE FROM provider_health; DELETE FROM saga_total; "
        "DELETE FROM saga_total_delta; RESET session_replication_role");
  }
  ~PostgresBackend() override { cluster_.start(); }

  storage::Database& instance(int index) override {
    auto& place = instances_.at(static_cast<std::size_t>(index));
    if (!place) {
      if (index == kDoubtful) proxy_.emplace(cluster_.socket_folder());
      place.emplace(loop_.get_executor(),
                    settings_of(index == kDoubtful ? proxy_->url_through(url_) : url_));
    }
    return *place;
  }
  void spawn(int, Task<void> task) override {
    boost::asio::co_spawn(loop_, std::move(task), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  void step() override {
    if (loop_.stopped()) loop_.restart();
    loop_.run_one_for(std::chrono::milliseconds(2));
  }
  void pass(Duration time) override {
    const std::string end = query("SELECT clock_timestamp() + interval '" +
                                  std::to_string(time.count()) + " microseconds'");
    run_until([&] { return query("SELECT clock_timestamp() >= '" + end + "'") == "t"; });
  }

  std::unique_ptr<Outsider> outsider() override { return std::make_unique<PostgresOutsider>(url_); }
  bool somebody_waits() override {
    return query(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
               "datname = current_database()") != "0";
  }

  void lose_commit(CommitLoss loss) override {
    proxy_->arm(loss == CommitLoss::done ? test::CommitFault::lose_answer
                                         : test::CommitFault::lose_request);
  }
  void stop_database() override {
    session_.reset();
    cluster_.stop_immediate();
  }
  void start_database() override {
    cluster_.start();
    session_.emplace(url_);
  }

  std::optional<Lease> lease(Uuid saga) override {
    const std::string from = " FROM saga WHERE saga_id = " + quoted(saga);
    const std::string version = query("SELECT version" + from);
    if (version.empty()) return std::nullopt;
    Lease lease{.version = std::stoll(version), .owner = {}, .due_after = {}};
    const std::string owner = query("SELECT lease_owner" + from);
    if (!owner.empty()) lease.owner = Uuid::parse(owner);
    const std::string due = query(
        "SELECT (extract(epoch FROM due_at - clock_timestamp()) * 1000000)::bigint"
        " FROM saga_work WHERE saga_id = " +
        quoted(saga));
    if (!due.empty()) lease.due_after = Duration(std::stoll(due));
    return lease;
  }
  std::vector<std::string> postings(Uuid transaction) override {
    std::string all = query(
        "SELECT string_agg(concat_ws(' ', line, kind, debit_account, credit_account, amount, "
        "currency), ';' ORDER BY step, line) FROM ledger_posting WHERE transaction_id = " +
        quoted(transaction));
    std::vector<std::string> lines;
    while (!all.empty()) {
      const std::size_t end = all.find(';');
      lines.push_back(all.substr(0, end));
      all = end == std::string::npos ? "" : all.substr(end + 1);
    }
    return lines;
  }
  std::int64_t ledger_distance() override {
    return std::stoll(
        query("SELECT coalesce(sum(abs(balance)), 0) FROM (SELECT sum(amount) AS balance FROM ("
              "SELECT debit_account AS account, currency, amount FROM ledger_posting UNION ALL "
              "SELECT credit_account, currency, -amount FROM ledger_posting) AS entry "
              "GROUP BY account, currency) AS account"));
  }
  Counts counts() override {
    const auto count = [this](const std::string& from) {
      return std::stoll(query("SELECT count(*) FROM " + from));
    };
    return {.sagas = count("saga"),
            .conversions = count("conversion"),
            .used_quotes = count("quote WHERE payment_id IS NOT NULL"),
            .keys = count("idempotency_key")};
  }

 protected:
  void begin_wait() override { deadline_ = Clock::now() + std::chrono::seconds(20); }
  [[nodiscard]] bool is_overdue() const override { return Clock::now() >= deadline_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string query(const std::string& sql) { return session_->query(sql); }

  test::PostgresCluster& cluster_;
  std::string url_;
  std::optional<test::PostgresSession> session_;
  boost::asio::io_context loop_;
  std::optional<test::DatabaseProxy> proxy_;
  std::array<std::optional<storage::PostgresDatabase>, 3> instances_;
  Clock::time_point deadline_;
};

}  // namespace

std::unique_ptr<Backend> make_postgres_backend(Server server) {
  if (server == Server::stays_up) {
    static const std::string url = test::migrated_database();
    return std::make_unique<PostgresBackend>(test::PostgresCluster::shared(), url);
  }
  // Its crashes are the server's, not the machine's: it need not wait for the disk.
  static test::PostgresCluster cluster({"fsync=off"});
  static const std::string url = migrated(cluster.url());
  return std::make_unique<PostgresBackend>(cluster, url);
}

}  // namespace remit::contract
