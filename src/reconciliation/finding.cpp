#include "remit/reconciliation/finding.hpp"

#include "remit/net/json_writer.hpp"

namespace remit::reconciliation {

std::string finding_json(const Finding& finding) {
  net::JsonWriter json;
  json.begin_object()
      .member("id", finding.id.to_string())
      .member("kind", finding.kind)
      .member("resource", finding.resource)
      .raw_member("expected", finding.expected)
      .raw_member("found", finding.found)
      .member_or_null("done", finding.done)
      .member("found_at", to_rfc3339(finding.found_at))
      .member("last_seen_at", to_rfc3339(finding.last_seen_at))
      .member_or_null("resolved_at", finding.resolved_at ? to_rfc3339(*finding.resolved_at) : "")
      .end_object();
  return json.take();
}

}  // namespace remit::reconciliation
