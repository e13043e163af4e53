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

 private:
  BookService& service_;
};

}  // namespace

std::vector<net::Route> book_routes(BookService& service) {
  const auto routes = std::make_shared<BookRoutes>(service);
  return {{net::Method::get, "/ledger", net::Scope::wallets_read,
           net::handler_of(routes, &BookRoutes::list)}};
}

}  // namespace remit::books
