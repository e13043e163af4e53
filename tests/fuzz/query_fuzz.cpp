// Request targets, queries, cursors and the headers that are texts of their own. Promises:
//   * what is decoded is text without NUL, and encoded again it is decoded to the same;
//   * a filter that is taken is within its bounds, one that is not is named;
//   * a cursor leads to the same place when it is written and read again;
//   * ids of traces and keys have the shape that logs and the database rely on.
#include <algorithm>

#include "fuzz.hpp"
#include "payment_requests.hpp"
#include "remit/base/base64url.hpp"
#include "remit/idempotency/key.hpp"
#include "remit/net/client.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/telemetry/trace.hpp"
#include "support/caller.hpp"
#include "target.hpp"
#include "text.hpp"

namespace remit::fuzz {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void check_text(const std::string& decoded) {
  require(is_utf8(decoded) && decoded.find('\0') == std::string::npos, "decoded, it is text",
          decoded);
  require(net::percent_decode(net::encode_component(decoded)) == decoded,
          "encoded again, it is the same", decoded);
}

std::string encoded(const Pairs& pairs) {
  std::string query;
  for (const auto& [name, value] : pairs) {
    query += net::encode_component(name) + "=" + net::encode_component(value) + "&";
  }
  return query;
}

void check_problem(const Problem& problem) {
  require(problem.code.status == 400, "a query at fault is 400", problem.detail);
  require(!problem.errors.empty(), "and says which parameter it is", problem.detail);
  require(problem.errors.size() <= net::QueryReader::kMaxFaults + 8, "in few words");
  for (const FieldError& error : problem.errors) {
    require(error.pointer.starts_with('?') && !error.detail.empty(), "by name", error.pointer);
  }
  const std::string body = net::problem_body(problem, "request-1");
  require(net::parse_json(body).has_value(), "a problem is JSON", body);
}

void check_lists(const Pairs& query) {
  net::Request request = test_request();
  request.query = query;
  if (const auto list = payments::read_list(request)) {
    require(list->limit >= 1 && list->limit <= 100, "a page has 1 to 100");
    require(!list->status || !list->status->empty(), "a status is one");
    for (const auto& time : {list->created_from, list->created_to}) {
      require(!time || parse_timestamp(to_rfc3339(*time)) == *time, "a bound is a time");
    }
    const bool has_both = list->created_from && list->created_to;
    require(!has_both || *list->created_from <= *list->created_to + Duration(1), "in order");
  } else {
    check_problem(list.error());
  }
  const auto summary = payments::read_summary(request, {});
  if (!summary) check_problem(summary.error());
}

void check_target(std::string_view text) {
  const auto target = net::split_target(text);
  if (!target) return;
  require(target->path.starts_with('/'), "a path begins with /", text);
  require(text.contains(target->query), "the query is part of the target", text);
  if (const auto path = net::percent_decode(target->path)) check_text(*path);
  const auto query = net::parse_query(target->query);
  if (!query) return;
  for (const auto& [name, value] : *query) {
    check_text(name);
    check_text(value);
  }
  const bool has_names = std::ranges::none_of(
      *query, [](const auto& pair) { return pair.first.empty() && pair.second.empty(); });
  if (has_names) require(net::parse_query(encoded(*query)) == *query, "a query is its pairs", text);
  check_lists(*query);
}

void check_cursor(std::string_view text) {
  for (const std::string& written : {std::string(text), base64url_encode(text)}) {
    const auto cursor = net::parse_cursor(written);
    if (!cursor) continue;
    const auto again = net::parse_cursor(to_text(*cursor));
    require(again && again->at == cursor->at && again->id == cursor->id, "a cursor is a place",
            text);
    require(parse_timestamp(to_rfc3339(cursor->at)) == cursor->at, "a place has a time", text);
  }
}

bool is_lower_hex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == text.npos;
}

void check_trace(std::string_view text) {
  const telemetry::TraceContext trace = telemetry::continue_trace(text, text);
  require(telemetry::is_valid_request_id(trace.request_id), "a request has an id", text);
  require(is_lower_hex(trace.trace_id, 32) && is_lower_hex(trace.span_id, 16) &&
              is_lower_hex(trace.flags, 2),
          "a trace has its shape", text);
  const telemetry::TraceContext next = telemetry::continue_trace({}, trace.traceparent());
  require(next.trace_id == trace.trace_id, "a trace goes on", text);
}

void check_key(std::string_view text) {
  net::Request request = test_request();
  request.headers.add("Idempotency-Key", std::string(text));
  request.headers.add("Prefer", std::string(text));
  static_cast<void>(idempotency::wants_strict(request));
  const auto key = idempotency::read_key(request);
  if (!key) return;
  require(key->size() >= 10 && key->size() <= 255, "a key has its length", text);
  require(std::ranges::all_of(*key,
                              [](char c) {
                                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                       (c >= '0' && c <= '9') || c == '-' || c == '_';
                              }),
          "a key has its characters", text);
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view text = text_of(data, size);
  check_target(text);
  check_cursor(text);
  check_trace(text);
  check_key(text);
  return 0;
}
