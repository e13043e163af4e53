#include "remit/books/receipt_routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "receipt_json.hpp"
#include "remit/base/text.hpp"
#include "remit/ledger/entry.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"
#include "remit/payments/payment.hpp"
#include "remit/wallets/wallet.hpp"

namespace remit::books {
namespace {

using net::Request;
using net::Response;

constexpr std::size_t kShownId = 64;

/// Text that is no id names nothing.
Result<Uuid> read_id(const Request& request, std::string_view name, ProblemCode none,
                     std::string_view what) {
  const std::string_view text = request.path_parameter(name);
  const auto id = Uuid::parse(text);
  if (id) return *id;
  return fail(none,
              "there is no " + std::string(what) + " " + std::string(clip_text(text, kShownId)));
}

Result<ListCheckpoints::Input> read_list(const Request& request) {
  net::QueryReader query(request, {"limit", "cursor"});
  ListCheckpoints::Input wanted{.tenant = request.tenant(), .limit = query.limit()};
  if (const auto cursor = query.cursor()) wanted.before = ledger::numbers_of(*cursor).first;
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

class ReceiptRoutes {
 public:
  ReceiptRoutes(ReceiptService& service, ReceiptRouteSettings settings)
      : service_(service), settings_(settings) {}

  Task<Result<Response>> list(Request request) {
    Result<ListCheckpoints::Input> wanted = read_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto limit = static_cast<std::size_t>(wanted->limit);
    ++wanted->limit;  // one more than shown tells whether there is another page
    const auto found = co_await service_.list(*std::move(wanted));
    if (!found) co_return fail(found.error());
    const std::size_t shown = std::min(limit, found->size());
    net::JsonWriter json;
    json.begin_array();
    for (std::size_t i = 0; i < shown; ++i) json.raw(checkpoint_json((*found)[i]));
    json.end_array();
    net::Page page{.items = json.take(), .next = {}};
    if (shown < found->size()) {
      page.next = ledger::number_cursor(Timestamp{}, (*found)[shown - 1].id, 0);
    }
    co_return net::page_response(request, std::move(page));
  }

  Task<Result<Response>> latest(Request request) {
    const Result<Checkpoint> found = co_await service_.latest(request.tenant());
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, checkpoint_json(*found));
  }

  Task<Result<Response>> of_payment(Request request) {
    const Result<Uuid> id = read_id(request, "payment_id", payments::kPaymentNotFound, "payment");
    if (!id) co_return fail(id.error());
    const Result<Receipt> receipt = co_await service_.of_payment(request.tenant(), *id);
    co_return answer("/payments/" + id->to_string(), receipt);
  }

  Task<Result<Response>> of_transaction(Request request) {
    const Result<Uuid> id =
        read_id(request, "transaction_id", wallets::kTransactionNotFound, "transaction");
    if (!id) co_return fail(id.error());
    const Result<Receipt> receipt = co_await service_.of_transaction(request.tenant(), *id);
    co_return answer("/transactions/" + id->to_string(), receipt);
  }

 private:
  [[nodiscard]] Result<Response> answer(const std::string& resource,
                                        const Result<Receipt>& receipt) const {
    if (!receipt) return fail(receipt.error());
    Response response = net::json_response(200, receipt_json(resource, *receipt));
    if (receipt->is_pending()) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings_.checkpoint_interval);
      response.headers.push_back({"Retry-After", std::to_string(seconds.count())});
    }
    return response;
  }

  ReceiptService& service_;
  ReceiptRouteSettings settings_;
};

}  // namespace

std::vector<net::Route> receipt_routes(ReceiptService& service, ReceiptRouteSettings settings) {
  using enum net::Method;
  using net::Scope;
  using R = ReceiptRoutes;
  const auto routes = std::make_shared<R>(service, settings);
  const auto to = [&routes](auto function) { return net::handler_of(routes, function); };
  return {
      {get, "/ledger/checkpoints", Scope::wallets_read, to(&R::list)},
      {get, "/ledger/checkpoints/latest", Scope::wallets_read, to(&R::latest)},
      {get, "/payments/{payment_id}/receipt", Scope::payments_read, to(&R::of_payment)},
      {get, "/transactions/{transaction_id}/receipt", Scope::wallets_read, to(&R::of_transaction)}};
}

}  // namespace remit::books
