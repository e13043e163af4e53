#include "remit/net/page.hpp"

#include <algorithm>
#include <utility>

#include "remit/net/client.hpp"

namespace remit::net {
namespace {

/// Where the next page is: the request's path and parameters, with another cursor.
std::string address_of(const Request& request, const Cursor& next) {
  std::string address;
  std::size_t at = 0;
  while (at < request.path.size()) {
    const std::size_t end = std::min(request.path.find('/', at + 1), request.path.size());
    address += '/' + encode_component(std::string_view(request.path).substr(at + 1, end - at - 1));
    at = end;
  }
  address += '?';
  for (const auto& [name, value] : request.query) {
    if (name == "cursor") continue;
    address += encode_component(name) + '=' + encode_component(value) + '&';
  }
  return address + "cursor=" + to_text(next);
}

}  // namespace

Response page_response(const Request& request, Page page) {
  if (request.wants_bare_lists) {
    Response response = json_response(200, std::move(page.items));
    if (page.next) {
      response.headers.push_back(
          {"Link", "<" + address_of(request, *page.next) + ">; rel=\"next\""});
    }
    return response;
  }
  const std::string next = page.next ? quote_json(to_text(*page.next)) : "null";
  return json_response(200, R"({"data":)" + page.items + R"(,"next_cursor":)" + next + "}");
}

}  // namespace remit::net
