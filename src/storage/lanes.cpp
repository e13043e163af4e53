#include "remit/storage/lanes.hpp"

#include "connection.hpp"
#include "conninfo.hpp"
#include "in_time.hpp"
#include "lane_core.hpp"
#include "refusal.hpp"
#include "remit/storage/values.hpp"
#include "session_check.hpp"

namespace remit::storage {
namespace {

/// A call whose socket is shut down fails at once.
constexpr std::chrono::seconds kCutTimeout{2};

constexpr Statement kPing{"ping", "SELECT 1"};
constexpr const char* kIsReadOnly = "SELECT current_setting('transaction_read_only')";

struct Ping {
  static constexpr std::string_view kName = "ping";
  struct Input {};
  using Output = void;

  static void execute(Transaction& transaction, std::span<Slot<Ping>>) {
    transaction.execute(kPing);
  }
};

}  // namespace

Lanes::Lanes(Executor loop, LaneSettings settings)
    : core_(std::make_shared<LaneCore>(std::move(loop), std::move(settings))) {
  core_->start();
}

Lanes::~Lanes() { stop(); }

Task<Result<void>> Lanes::ping() { return run<Ping>({}); }

void Lanes::stop() {
  core_->begin_stop();
  core_->join();
}

Task<bool> Lanes::close(Duration timeout) {
  const std::shared_ptr<LaneCore> core = core_;
  core->begin_stop();
  bool have_left = co_await core->wait_until_left(timeout);
  if (!have_left) {
    core->guard()->cut_all();
    have_left = co_await core->wait_until_left(kCutTimeout);
  }
  co_return have_left;
}

void Lanes::refuse(const Problem& problem) { core_->refuse(problem); }

std::size_t Lanes::queued() const { return core_->queued(); }

void Lanes::set_clients(std::size_t clients) { core_->set_clients(clients); }

bool Lanes::is_crowded() const { return core_->is_crowded(); }

LaneStatistics Lanes::statistics() const { return core_->statistics(); }

std::optional<Problem> Lanes::refusal_of(LaneCore& core) { return core.refusal(); }

void Lanes::enqueue(LaneCore& core, std::unique_ptr<detail::Command> command) {
  core.enqueue(std::move(command));
}

namespace {

std::expected<void, std::string> try_session(const std::string& url) {
  const auto conninfo = complete_conninfo(url, {.application_name = "remit-probe"});
  if (!conninfo) return std::unexpected(conninfo.error());
  try {
    Connection connection(*conninfo, SessionKind::write);
    const bool read_only = read<std::string>(connection.run(kIsReadOnly)[0][0]) == "on";
    if (read_only) return std::unexpected(read_only_refusal());
    return check_session(connection, *conninfo);
  } catch (const std::exception& error) {
    return std::unexpected(refusal_of("the database cannot be reached", error.what()));
  }
}

}  // namespace

std::expected<void, std::string> probe(const std::string& url, const std::stop_token& stop) {
  return in_time(stop, [url] { return try_session(url); });
}

}  // namespace remit::storage
