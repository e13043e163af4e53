#include "remit/reconciliation/finding_routes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "remit/base/text.hpp"
#include "remit/net/json_writer.hpp"
#include "remit/net/page.hpp"
#include "remit/net/query_reader.hpp"

namespace remit::reconciliation {
namespace {

using net::Request;
using net::Response;

Result<ListFindings::Input> read_list(const Request& request) {
  net::QueryReader query(request, {"limit", "cursor"});
  ListFindings::Input wanted{.tenant = request.tenant(), .limit = query.limit()};
  if (const auto cursor = query.cursor()) wanted.before.emplace(cursor->at, cursor->id);
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

class FindingRoutes {
 public:
  explicit FindingRoutes(FindingService& service) : service_(service) {}

  Task<Result<Response>> list(Request request) {
    Result<ListFindings::Input> wanted = read_list(request);
    if (!wanted) co_return fail(std::move(wanted.error()));
    const std::int64_t limit = wanted->limit;
    ++wanted->limit;  // one more than shown tells whether there is another page
    const auto found = co_await service_.list(*std::move(wanted));
    if (!found) co_return fail(found.error());
    const auto shown = static_cast<std::size_t>(std::min(limit, std::ssize(*found)));
    net::JsonWriter json;
    json.begin_array();
    for (std::size_t i = 0; i < shown; ++i) json.raw(finding_json((*found)[i]));
    json.end_array();
    net::Page page{.items = json.take(), .next = {}};
    if (shown < found->size()) {
      const Finding& last = (*found)[shown - 1];
      page.next = {.at = last.found_at, .id = last.id};
    }
    co_return net::page_response(request, std::move(page));
  }

  Task<Result<Response>> get(Request request) {
    const std::string_view text = request.path_parameter("finding_id");
    const auto id = Uuid::parse(text);
    if (!id) {
      co_return fail(kFindingNotFound, "there is no finding " + std::string(clip_text(text, 64)));
    }
    const Result<Finding> found = co_await service_.find(request.tenant(), *id);
    if (!found) co_return fail(found.error());
    co_return net::json_response(200, finding_json(*found));
  }

 private:
  FindingService& service_;
};

}  // namespace

std::vector<net::Route> finding_routes(FindingService& service) {
  const auto routes = std::make_shared<FindingRoutes>(service);
  using R = FindingRoutes;
  return {{net::Method::get, "/reconciliation/findings", net::Scope::admin,
           net::handler_of(routes, &R::list)},
          {net::Method::get, "/reconciliation/findings/{finding_id}", net::Scope::admin,
           net::handler_of(routes, &R::get)}};
}

}  // namespace remit::reconciliation
