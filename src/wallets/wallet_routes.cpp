#include "remit/wallets/wallet_routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "remit/net/page.hpp"
#include "remit/telemetry/log.hpp"
#include "statement_requests.hpp"
#include "wallet_json.hpp"
#include "wallet_requests.hpp"

namespace remit::wallets {
namespace {

using net::Request;
using net::Response;

constexpr std::size_t kMaxBatchBytes = 1'048'576;

/// The first `limit` of them, and where the next page begins if there is one more.
template <class Item, class Show, class CursorOf>
net::Page page_of(const std::vector<Item>& items, std::size_t limit, Show show,
                  CursorOf cursor_of_item) {
  net::JsonWriter json;
  json.begin_array();
  const std::size_t shown = std::min(limit, items.size());
  for (std::size_t i = 0; i < shown; ++i) json.raw(show(items[i]));
  json.end_array();
  net::Page page{.items = json.take(), .next = {}};
  if (shown > 0 && shown < items.size()) page.next = cursor_of_item(items[shown - 1]);
  return page;
}

Response done() {
  Response response;
  response.status = 204;
  return response;
}

/// Who stops a wallet from paying is told in the log.
void note(const Request& request, std::string_view event, const std::string& user,
          const std::string& reason = "") {
  const std::optional<Uuid>& by = request.caller->key;
  telemetry::log(telemetry::Level::info, request.trace, event,
                 {{"tenant", request.tenant().id().value()},
                  {"user_id", user},
                  {"reason", reason},
                  {"by_key_id", by ? by->to_string() : std::string()}});
}

class WalletRoutes {
 public:
  WalletRoutes(WalletService& service, WalletRouteSettings settings)
      : service_(service), settings_(settings) {}

  Task<Result<Response>> open(Request request) {
    return carry_out(read_opening(request, settings_.always_strict, service_.now()));
  }
  Task<Result<Response>> deposit(Request request) {
    return carry_out(read_funds(request, false, settings_.always_strict, service_.now()));
  }
  Task<Result<Response>> withdraw(Request request) {
    return carry_out(read_funds(request, true, settings_.always_strict, service_.now()));
  }
  Task<Result<Response>> create(Request request) {
    return carry_out(read_transfer(request, settings_.always_strict, service_.now()));
  }
  Task<Result<Response>> create_batch(Request request) {
    return carry_out(read_batch(request, settings_.always_strict, service_.now()));
  }
  Task<Result<Response>> capture(Request request) {
    return carry_out(read_capture(request, settings_.always_strict, service_.now()));
  }

  Task<Result<Response>> get(Request request) {
    Result<std::string> user = read_user_id(request);
    if (!user) co_return fail(std::move(user.error()));
    const auto at = read_time_at(request, service_.now());
    if (!at) co_return fail(at.error());
    if (*at) {
      const auto then = co_await service_.find_at(request.tenant(), *std::move(user), **at);
      if (!then) co_return fail(then.error());
      co_return net::json_response(200, wallet_then_json(*then, **at));
    }
    const Result<Wallet> found = co_await service_.find(request.tenant(), *std::move(user));
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, wallet_json(*found));
  }

  Task<Result<Response>> list(Request request) {
    Result<ListWallets::Input> wanted = read_wallet_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto limit = static_cast<std::size_t>(wanted->limit);
    ++wanted->limit;  // one more than shown tells whether there is another page
    const auto found = co_await service_.list(*std::move(wanted));
    if (!found) co_return fail(found.error());
    co_return net::page_response(request, page_of(*found, limit, wallet_json, cursor_of));
  }

  Task<Result<Response>> remove(Request request) {
    const Result<std::string> user = read_user_id(request);
    if (!user) co_return fail(user.error());
    const Result<void> removed = co_await service_.remove(request.tenant(), *user);
    if (!removed) co_return fail(removed.error());
    note(request, "wallet deleted", *user);
    co_return done();
  }

  Task<Result<Response>> freeze(Request request) {
    const Result<std::string> user = read_user_id(request);
    if (!user) co_return fail(user.error());
    const Result<std::string> reason = read_reason(request, false);
    if (!reason) co_return fail(reason.error());
    const auto changed = co_await service_.freeze(request.tenant(), *user, *reason);
    if (!changed) co_return fail(changed.error());
    note(request, "wallet frozen", *user, *reason);
    co_return net::json_response(200, wallet_json(*changed));
  }

  Task<Result<Response>> unfreeze(Request request) {
    const Result<std::string> user = read_user_id(request);
    if (!user) co_return fail(user.error());
    const Result<std::string> reason = read_reason(request, true);
    if (!reason) co_return fail(reason.error());
    const auto changed = co_await service_.freeze(request.tenant(), *user, "");
    if (!changed) co_return fail(changed.error());
    note(request, "wallet unfrozen", *user, *reason);
    co_return net::json_response(200, wallet_json(*changed));
  }

  Task<Result<Response>> get_transfer(Request request) {
    const Result<Uuid> id = read_transaction_id(request);
    if (!id) co_return fail(id.error());
    const Result<Transfer> found = co_await service_.transfer(request.tenant(), *id);
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, transfer_json(*found));
  }

  Task<Result<Response>> cancel(Request request) {
    const Result<Uuid> id = read_transaction_id(request);
    if (!id) co_return fail(id.error());
    const Result<void> cancelled = co_await service_.cancel(request.tenant(), *id);
    if (!cancelled) co_return fail(cancelled.error());
    co_return done();
  }

  Task<Result<Response>> list_transfers(Request request) {
    Result<ListTransfers::Input> wanted = read_transfer_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto limit = static_cast<std::size_t>(wanted->limit);
    ++wanted->limit;
    const auto found = co_await service_.transfers(*std::move(wanted));
    if (!found) co_return fail(found.error());
    const auto position = [](const Transfer& last) {
      return net::Cursor{.at = last.created_at, .id = last.id};
    };
    co_return net::page_response(request, page_of(*found, limit, transfer_json, position));
  }

 private:
  Task<Result<Response>> carry_out(Result<MovementRequest> wanted) {
    if (!wanted) co_return fail(std::move(wanted.error()));
    Result<idempotency::Answer> answer = co_await service_.carry_out(*std::move(wanted));
    if (!answer) co_return fail(std::move(answer.error()));
    co_return idempotency::to_response(*std::move(answer));
  }

  WalletService& service_;
  WalletRouteSettings settings_;
};

}  // namespace

std::vector<net::Route> wallet_routes(WalletService& service, WalletRouteSettings settings) {
  using enum net::Method;
  using enum net::Scope;
  using R = WalletRoutes;
  const auto routes = std::make_shared<WalletRoutes>(service, settings);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  const std::string wallet = "/wallets/{user_id}";
  const std::string transaction = "/transactions/{transaction_id}";
  return {{post, "/wallets", wallets_write, to(&R::open)},
          {get, "/wallets", wallets_read, to(&R::list)},
          {get, wallet, wallets_read, to(&R::get)},
          {delete_, wallet, wallets_write, to(&R::remove)},
          {post, wallet + "/deposits", wallets_write, to(&R::deposit)},
          {post, wallet + "/withdrawals", wallets_write, to(&R::withdraw)},
          {post, wallet + "/freeze", wallets_write, to(&R::freeze)},
          {post, wallet + "/unfreeze", wallets_write, to(&R::unfreeze)},
          {post, "/transactions", wallets_write, to(&R::create)},
          {post, "/transactions/batch", wallets_write, to(&R::create_batch), kMaxBatchBytes},
          {get, transaction, wallets_read, to(&R::get_transfer)},
          {delete_, transaction, wallets_write, to(&R::cancel)},
          {post, transaction + "/capture", wallets_write, to(&R::capture)},
          {get, "/users/{user_id}/transactions", wallets_read, to(&R::list_transfers)}};
}

}  // namespace remit::wallets
