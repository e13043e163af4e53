// What clients of wallets may be told: one key, one effect, one answer.
#include <algorithm>

#include "simulation/tables_storage.hpp"
#include "simulation/wallet_client.hpp"

namespace remit::simulation {

void WalletClients::judge(Promise* promise, const ClientRequest& request,
                          const ClientAnswer& told) {
  RunLog& log = world_.log;
  log.note(EventKind::answer_told, kWorld, 0, told.code, told.status);
  if (told.status == 500) log.violation("a request met an unexpected condition: " + request.key);
  if (promise == nullptr || !told.stored) return;
  if (!told.replayed && ++promise->executions > 1) {
    log.violation("one key was executed twice: " + request.key);
  }
  const bool is_new = !promise->held;
  if (is_new) {
    promise->held = told;
  } else if (promise->held->status != told.status || promise->held->body != told.body) {
    log.violation("one key was told two answers: " + promise->held->body + " and " + told.body);
  }
  const auto* const transfers = std::get_if<wallets::CreateTransfers>(&*request.movement);
  if (transfers == nullptr) return;
  const bool may_differ = std::ranges::any_of(
      transfers->items,
      [this](const wallets::NewTransfer& item) { return wishes_.at(item.amount).is_contested; });
  const bool is_reused = told.body.find("IDEMPOTENCY_KEY_REUSED") != std::string::npos;
  if (is_reused && !may_differ) log.violation("the same was refused as another: " + told.body);
  if (is_new) judge_taken(request, told);
}

void WalletClients::judge_taken(const ClientRequest& request, const ClientAnswer& told) {
  const auto& transfers = std::get<wallets::CreateTransfers>(*request.movement);
  const WalletTables& tables = world_.database.committed().storage().wallets;
  if (transfers.is_batch) {
    std::size_t taken = 0;
    for (auto at = told.body.find("\"status\":201"); at != std::string::npos;
         at = told.body.find("\"status\":201", at + 1)) {
      ++taken;
    }
    std::size_t there = 0;
    for (const auto& [key, entry] : tables.transfers) {
      if (!entry.committed()) continue;
      const std::int64_t amount = entry.committed()->amount.minor;
      there += static_cast<std::size_t>(std::ranges::count(
          transfers.items, amount, [](const wallets::NewTransfer& item) { return item.amount; }));
    }
    // Another request may have made one since, under the id that was refused here.
    if (there < taken) world_.log.violation("a batch is answered otherwise than it ended");
    return;
  }
  if (told.status != 201) return;
  const wallets::NewTransfer& item = transfers.items.front();
  ++wishes_.at(item.amount).taken;
  const std::optional<Uuid> id = Uuid::parse(told.resource_id);
  const auto found = tables.transfers.find({request.tenant, id.value_or(Uuid())});
  const bool is_there = found != tables.transfers.end() && found->second.committed();
  if (!is_there || found->second.committed()->amount.minor != item.amount) {
    world_.log.violation("taken, but not in the database: " + told.body);
  }
}

}  // namespace remit::simulation
