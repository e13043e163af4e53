#include <memory>
#include <utility>

#include "remit/net/streamed_response.hpp"
#include "remit/wallets/wallet_routes.hpp"
#include "statement_requests.hpp"
#include "statement_text.hpp"

namespace remit::wallets {
namespace {

using net::Request;
using net::Response;

constexpr std::size_t kMostStreams = 32;
constexpr std::size_t kMostStreamsOfTenant = 8;
/// Entries in one part; some 150 bytes each.
constexpr std::int64_t kPart = 500;
constexpr std::chrono::seconds kPartTimeout{10};

/// A whole statement, a part at a time. No transaction is open in between.
class StatementSource final : public net::BodySource {
 public:
  StatementSource(WalletService& service, Tenant tenant, StatementFormat format, StatementHead head)
      : service_(service), tenant_(tenant), format_(format), head_(std::move(head)) {}

  Task<Result<std::optional<std::string>>> next() override {
    if (is_complete_) co_return std::nullopt;
    ListStatement::Input wanted{
        .whose = {.tenant = tenant_, .user_id = head_.user_id}, .span = head_.span, .limit = kPart};
    if (after_) wanted.span.after = *after_;
    const auto page = co_await service_.statement_page(std::move(wanted));
    if (!page) co_return fail(page.error());
    std::string part = after_ ? std::string() : opening_rows(format_, head_);
    part += entry_rows(format_, *page);
    is_complete_ = std::ssize(*page) < kPart;
    after_ = page->empty() ? head_.span.upto : page->back().posting_id;
    if (is_complete_) part += closing_row(format_, head_);
    co_return part;
  }

 private:
  WalletService& service_;
  Tenant tenant_;
  StatementFormat format_;
  StatementHead head_;
  std::optional<std::int64_t> after_;
  bool is_complete_ = false;
};

class StatementRoutes {
 public:
  explicit StatementRoutes(WalletService& service) : service_(service) {}

  Task<Result<Response>> get(Request request) {
    const Result<StatementWish> wish = read_statement(request);
    if (!wish) co_return fail(wish.error());
    const Result<StatementSpan> span = co_await service_.statement(wish->wanted);
    if (!span) co_return fail(span.error());
    StatementHead head{.user_id = wish->wanted.which.user_id,
                       .from = wish->has_from ? wish->wanted.from : span->opened_at,
                       .span = *span};
    Result<Response> response;
    if (wish->format == StatementFormat::json) {
      response = co_await page(*wish, std::move(head));
    } else {
      response = stream(request, wish->format, std::move(head));
    }
    if (response) response->headers.push_back({"Vary", "Accept"});
    co_return response;
  }

 private:
  Task<Result<Response>> page(StatementWish wish, StatementHead head) {
    ListStatement::Input wanted{.whose = wish.wanted.which, .span = head.span, .limit = wish.limit};
    ++wanted.limit;  // one more than shown tells whether there is another page
    if (wish.after) wanted.span.after = *wish.after;
    auto entries = co_await service_.statement_page(std::move(wanted));
    if (!entries) co_return fail(entries.error());
    std::string next;
    if (std::ssize(*entries) > wish.limit) {
      entries->pop_back();
      const std::int64_t last = entries->back().posting_id;
      next = net::to_text(ledger::number_cursor(head.span.to, last, 0));
    }
    co_return net::json_response(200, statement_json(head, *entries, next));
  }

  Result<Response> stream(const Request& request, StatementFormat format, StatementHead head) {
    const bool is_csv = format == StatementFormat::csv;
    const std::string user = head.user_id;
    const std::string type = is_csv ? std::string(kCsvType) + "; charset=utf-8; header=present"
                                    : std::string(kNdjsonType);
    const Result<net::StreamPlaces::Place> place = places_.take(request.tenant().id());
    if (!place) return fail(place.error());
    auto source =
        std::make_shared<StatementSource>(service_, request.tenant(), format, std::move(head));
    Response response =
        net::streamed_response(request, type, std::move(source), *place, kPartTimeout);
    response.headers.push_back({"Content-Disposition", "attachment; filename=\"statement-" + user +
                                                           (is_csv ? ".csv\"" : ".ndjson\"")});
    return response;
  }

  WalletService& service_;
  net::StreamPlaces places_{kMostStreams, kMostStreamsOfTenant};
};

}  // namespace

std::vector<net::Route> statement_routes(WalletService& service) {
  const auto routes = std::make_shared<StatementRoutes>(service);
  return {{net::Method::get, "/wallets/{user_id}/statement", net::Scope::wallets_read,
           net::handler_of(routes, &StatementRoutes::get)}};
}

}  // namespace remit::wallets
