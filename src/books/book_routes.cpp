#include "remit/books/book_routes.hpp"

#include <memory>
#include <utility>

#include "book_requests.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"

namespace remit::books {
namespace {

using net::Request;
using net::Response;

std::string balance_json(const TrialBalance& sum) {
  net::JsonWriter json;
  json.begin_object()
      .member("currency", to_string(sum.currency))
      .member("postings", sum.postings)
      .member("debits", sum.debits)
      .member("credits", sum.credits)
      .member("difference", sum.debits - sum.credits)
      .member("wallet_balances", sum.balances)
      .member("wallet_reservations", sum.reserved)
      .member("wallet_entries", sum.entries)
      .member("wallet_difference", sum.wallet_difference())
      .end_object();
  return json.take();
}

class BookRoutes {
 public:
  explicit BookRoutes(BookService& service) : service_(service) {}

  Task<Result<Response>> list(Request request) {
    Result<ListEntries::Input> wanted = read_entry_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const auto found = co_await service_.list(*std::move(wanted));
    if (!found) co_return fail(found.error());
    net::JsonWriter json;
    json.begin_array();
    for (const ledger::Entry& entry : found->entries) json.raw(ledger::entry_json(entry));
    json.end_array();
    net::Page page{.items = json.take(), .next = {}};
    if (found->next) {
      const auto [posting, is_debit] = *found->next;
      page.next = ledger::number_cursor(Timestamp{}, posting, is_debit ? 1 : 0);
    }
    co_return net::page_response(request, std::move(page));
  }

  Task<Result<Response>> trial_balance(Request request) {
    const auto found = co_await service_.trial_balance(request.tenant());
    if (!found) co_return fail(found.error());
    net::JsonWriter json;
    json.begin_object().member("as_of", to_rfc3339(found->at)).name("currencies").begin_array();
    for (const TrialBalance& sum : found->currencies) json.raw(balance_json(sum));
    json.end_array().end_object();
    co_return net::json_response(200, json.take());
  }

 private:
  BookService& service_;
};

}  // namespace

std::vector<net::Route> book_routes(BookService& service) {
  const auto routes = std::make_shared<BookRoutes>(service);
  return {{net::Method::get, "/ledger", net::Scope::wallets_read,
           net::handler_of(routes, &BookRoutes::list)},
          {net::Method::get, "/ledger/trial-balance", net::Scope::wallets_read,
           net::handler_of(routes, &BookRoutes::trial_balance)}};
}

}  // namespace remit::books
