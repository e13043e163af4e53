#include "remit/sandbox/chain_sim.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "remit/net/json_writer.hpp"
#include "sim_answers.hpp"
#include "sim_routes.hpp"

namespace remit::sandbox {

namespace {

constexpr ProblemCode kInsufficientBalance{"INSUFFICIENT_BALANCE", 422, "The balance is too small"};
constexpr ProblemCode kChainDown{"CHAIN_DOWN", 503, "The chain is down"};
constexpr ProblemCode kUnknownChain{"UNKNOWN_CHAIN", 422, "There is no such chain"};
constexpr std::string_view kAsset = "USDC";

std::vector<Chain> all_chains() {
  return {{.name = "ethereum", .gas_cost = 350, .typical_settlement_seconds = 900},
          {.name = "solana", .gas_cost = 1, .typical_settlement_seconds = 15},
          {.name = "polygon", .gas_cost = 2, .typical_settlement_seconds = 120},
          {.name = "base", .gas_cost = 3, .typical_settlement_seconds = 60},
          {.name = "arbitrum", .gas_cost = 5, .typical_settlement_seconds = 60},
          {.name = "avalanche", .gas_cost = 8, .typical_settlement_seconds = 30}};
}

net::JsonWriter& write_chain(net::JsonWriter& out, const Chain& chain) {
  return out.begin_object()
      .member("name", chain.name)
      .member("up", chain.up)
      .member("gas_cost", chain.gas_cost)
      .member("gas_currency", "USD")
      .member("typical_settlement_seconds", chain.typical_settlement_seconds)
      .end_object();
}

net::JsonWriter& write_operation(net::JsonWriter& out, const ChainOperation& operation) {
  write_members(out.begin_object(), operation);
  return out.end_object();
}

net::Response accepted(const ChainOperation& operation) {
  net::JsonWriter out;
  out.begin_object()
      .member("operation_id", operation.operation_id.to_string())
      .member("tx_hash", operation.tx_hash())
      .member("status", to_string(operation.status))
      .end_object();
  return net::json_response(202, out.take());
}

net::Response balance_response(std::int64_t amount) {
  net::JsonWriter out;
  out.begin_object().member("asset", kAsset).member("amount", amount).end_object();
  return net::json_response(200, out.take());
}

void write_place(net::JsonWriter& out, const ChainSim::Place& place, std::int64_t amount) {
  out.begin_object()
      .member("chain", place.first)
      .member("user_id", place.second)
      .member("amount", amount)
      .end_object();
}

}  // namespace

ChainSim::ChainSim(SimContext context) : Sim(std::move(context)), chains_(all_chains()) {}

void ChainSim::add_routes(const std::shared_ptr<ChainSim>& self, net::Router& router) {
  using enum net::Method;
  constexpr const char* kBalance = "/chains/{chain}/balances/{user_id}";
  SimRoutes<ChainSim>(self, router)
      .add(post, "/burns", Access::work, &ChainSim::burn)
      .add(post, "/mints", Access::work, &ChainSim::mint)
      .add(get, "/operations/{operation_id}", Access::query, &ChainSim::show)
      .add(get, "/chains", Access::query, &ChainSim::list_chains)
      .add(put, "/chains/{chain}", Access::control, &ChainSim::configure_chain)
      .add(get, kBalance, Access::query, &ChainSim::show_balance)
      .add(put, kBalance, Access::control, &ChainSim::put_balance)
      .add(get, "/health", Access::control, &ChainSim::health)
      .add(get, "/admin/books", Access::control, &ChainSim::books)
      .add_faults();
}

Chain* ChainSim::find_chain(std::string_view name) {
  const auto found = std::ranges::find(chains_, name, &Chain::name);
  return found == chains_.end() ? nullptr : &*found;
}

Result<net::Response> ChainSim::burn(const net::Request& request) {
  return accept(request, ChainOperation::Kind::burn);
}

Result<net::Response> ChainSim::mint(const net::Request& request) {
  return accept(request, ChainOperation::Kind::mint);
}

Result<ChainOperation> ChainSim::read_operation(const net::Request& request,
                                                ChainOperation::Kind kind) {
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  const Result<Uuid> operation_id = read_operation_id(request, *body);
  if (!operation_id) return fail(operation_id.error());
  net::FieldReader fields(*body);
  const std::optional<std::string> chain = fields.text("chain", 1, 100);
  const std::optional<std::string> asset = fields.text("asset", 1, 20);
  const std::optional<std::string> user_id = fields.text("user_id", 1, 200);
  const std::optional<std::int64_t> amount = fields.integer("amount", 1, kMaxSimAmount);
  if (asset && *asset != kAsset) fields.add_error("asset", "must be USDC");
  if (!fields.ok()) return fail(fields.problem());
  const Chain* known = find_chain(*chain);
  if (known == nullptr) return fail(kUnknownChain, "see GET /chains");
  if (!known->up) return fail(kChainDown, "nothing was done");
  ChainOperation operation;
  operation.operation_id = *operation_id;
  operation.kind = kind;
  operation.chain = *chain;
  operation.user_id = *user_id;
  operation.amount = *amount;
  return operation;
}

Result<net::Response> ChainSim::accept(const net::Request& request, ChainOperation::Kind kind) {
  Result<ChainOperation> operation = read_operation(request, kind);
  if (!operation) return fail(operation.error());
  if (const auto known = operations_.find(operation->operation_id); known != operations_.end()) {
    if (known->second.same_order(*operation)) return accepted(known->second);
    return fail(kKeyReused, "the operation was sent before with another content");
  }
  const bool is_burn = kind == ChainOperation::Kind::burn;
  if (is_burn && balance(operation->chain, operation->user_id) < operation->amount) {
    return fail(kInsufficientBalance, "nothing was burned");
  }
  operation->confirmations_needed = faults_.draw_polls_to_settle();
  operation->will_fail = faults_.happens(faults_.settings().fail_settlement_per_million);
  operation->created_at = context_.clock.now();
  if (const Result<void> kept = keep(to_record(*operation)); !kept) return fail(kept.error());
  apply(nullptr, *operation);
  operations_.emplace(operation->operation_id, *operation);
  return accepted(*operation);
}

void ChainSim::apply(const ChainOperation* before, const ChainOperation& after) {
  std::int64_t& amount = balances_[{after.chain, after.user_id}];
  const bool was_pending = before == nullptr || before->status == ChainOperation::Status::pending;
  if (after.kind == ChainOperation::Kind::burn) {
    if (before == nullptr) amount -= after.amount;
    if (was_pending && after.status == ChainOperation::Status::failed) amount += after.amount;
    return;
  }
  if (was_pending && after.status == ChainOperation::Status::confirmed) amount += after.amount;
}

Result<net::Response> ChainSim::show(const net::Request& request) {
  const std::optional<Uuid> id = Uuid::parse(request.path_parameter("operation_id"));
  const auto found = id ? operations_.find(*id) : operations_.end();
  if (found == operations_.end()) return fail(kNotFound, "there is no such operation");
  if (found->second.status == ChainOperation::Status::pending) {
    ChainOperation next = found->second;
    ++next.confirmations;
    if (next.confirmations >= next.confirmations_needed) {
      next.status =
          next.will_fail ? ChainOperation::Status::failed : ChainOperation::Status::confirmed;
    }
    if (const Result<void> kept = keep(to_record(next)); !kept) return fail(kept.error());
    apply(&found->second, next);
    found->second = std::move(next);
  }
  net::JsonWriter out;
  return net::json_response(200, write_operation(out, found->second).take());
}

Result<net::Response> ChainSim::list_chains(const net::Request&) {
  net::JsonWriter out;
  out.begin_object().name("chains").begin_array();
  for (const Chain& chain : chains_) write_chain(out, chain);
  return net::json_response(200, out.end_array().end_object().take());
}

Result<net::Response> ChainSim::configure_chain(const net::Request& request) {
  using enum net::FieldReader::Presence;
  Chain* chain = find_chain(request.path_parameter("chain"));
  if (chain == nullptr) return fail(kNotFound, "there is no such chain");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<bool> up = fields.boolean("up", optional);
  const std::optional<std::int64_t> gas_cost =
      fields.integer("gas_cost", 0, kMaxSimAmount, optional);
  if (!fields.ok()) return fail(fields.problem());
  chain->up = up.value_or(chain->up);
  chain->gas_cost = gas_cost.value_or(chain->gas_cost);
  net::JsonWriter out;
  return net::json_response(200, write_chain(out, *chain).take());
}

std::int64_t ChainSim::balance(std::string_view chain, std::string_view user_id) const {
  const auto found = balances_.find({std::string(chain), std::string(user_id)});
  return found == balances_.end() ? 0 : found->second;
}

Result<net::Response> ChainSim::show_balance(const net::Request& request) {
  const std::string_view chain = request.path_parameter("chain");
  if (find_chain(chain) == nullptr) return fail(kNotFound, "there is no such chain");
  return balance_response(balance(chain, request.path_parameter("user_id")));
}

Result<net::Response> ChainSim::put_balance(const net::Request& request) {
  const Place place(request.path_parameter("chain"), request.path_parameter("user_id"));
  if (find_chain(place.first) == nullptr) return fail(kNotFound, "there is no such chain");
  const Result<net::JsonValue> body = request.json();
  if (!body) return fail(body.error());
  net::FieldReader fields(*body);
  const std::optional<std::int64_t> amount = fields.integer("amount", 0, kMaxSimAmount);
  if (!fields.ok()) return fail(fields.problem());
  net::JsonWriter record;
  write_place(record, place, *amount);
  if (const Result<void> kept = keep(record.take()); !kept) return fail(kept.error());
  balances_[place] = *amount;
  return balance_response(*amount);
}

Result<net::Response> ChainSim::books(const net::Request&) {
  net::JsonWriter out;
  out.begin_object().member("provider", name()).name("records").begin_array();
  for (const auto& [id, operation] : operations_) write_operation(out, operation);
  out.end_array().name("balances").begin_array();
  for (const auto& [place, amount] : balances_) write_place(out, place, amount);
  return net::json_response(200, out.end_array().end_object().take());
}

bool ChainSim::replay(const net::JsonValue& record) {
  net::FieldReader fields(record);
  if (!fields.has("operation_id")) {
    const std::optional<std::string> chain = fields.text("chain", 1, 100);
    const std::optional<std::string> user = fields.text("user_id", 1, 200);
    const std::optional<std::int64_t> amount = fields.integer("amount", 0, kMaxSimAmount);
    if (fields.ok()) balances_[{*chain, *user}] = *amount;
    return fields.ok();
  }
  const std::optional<ChainOperation> operation = operation_from_record(record);
  if (!operation) return false;
  const auto known = operations_.find(operation->operation_id);
  const bool is_new = known == operations_.end();
  if (is_new) faults_.skip();
  apply(is_new ? nullptr : &known->second, *operation);
  operations_.insert_or_assign(operation->operation_id, *operation);
  return true;
}

}  // namespace remit::sandbox
