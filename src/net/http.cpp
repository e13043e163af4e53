#include "remit/net/http.hpp"

#include <algorithm>
#include <stdexcept>

#include "remit/net/json_writer.hpp"
#include "remit/net/problems.hpp"
#include "text.hpp"

namespace remit::net {
namespace {

/// "INVALID_JSON" is the type "/problems/invalid-json".
std::string type_of(const ProblemCode& code) {
  if (!code.type.empty()) return std::string(code.type);
  std::string type = "/problems/";
  for (const char c : code.name) {
    type += c == '_' ? '-' : to_lower(c);
  }
  return type;
}

}  // namespace

std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, kMethods.size()> kNames = {
      "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return kNames[static_cast<std::size_t>(method)];
}

void Headers::add(std::string name, std::string value) {
  headers_.push_back({std::move(name), std::move(value)});
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers_, [name](const Header& header) { return equal_without_case(header.name, name); });
  if (found == headers_.end()) return std::nullopt;
  return found->value;
}

std::optional<std::string_view> Headers::find_only(std::string_view name) const {
  return count(name) == 1 ? find(name) : std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers_, [name](const Header& header) { return equal_without_case(header.name, name); }));
}

bool Headers::has_media_type(std::string_view type) const {
  const auto value = find("Content-Type");
  return value && equal_without_case(trim(value->substr(0, value->find(';'))), type);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
  return found == query.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::string_view Request::path_parameter(std::string_view name) const {
  const auto found =
      std::ranges::find(path_parameters, name, &std::pair<std::string, std::string>::first);
  return found == path_parameters.end() ? std::string_view() : found->second;
}

Tenant Request::tenant() const {
  if (!caller) throw std::logic_error("a route that asks for no scope has no tenant");
  return caller->tenant;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string problem_body(const Problem& problem, std::string_view request_id) {
  JsonWriter writer;
  writer.begin_object()
      .member("type", type_of(problem.code))
      .member("title", problem.code.title)
      .member("status", problem.code.status)
      .member("detail", problem.detail)
      .member("code", problem.code.name)
      .member("request_id", request_id);
  if (!problem.errors.empty()) {
    writer.name("errors").begin_array();
    for (const FieldError& error : problem.errors) {
      writer.begin_object().member("pointer", error.pointer).member("detail", error.detail);
      writer.end_object();
    }
    writer.end_array();
  }
  if (problem.code == kQuotaExceeded) {
    writer.name("violated-policies").begin_array().string(kRateLimitPolicy).end_array();
  }
  writer.end_object();
  return writer.take();
}

Response problem_response(const Problem& problem, std::string_view request_id) {
  Response response;
  response.status = problem.code.status;
  response.content_type = "application/problem+json";
  response.body = problem_body(problem, request_id);
  if (problem.retry_after) {
    response.headers.push_back({"Retry-After", std::to_string(problem.retry_after->count())});
  }
  return response;
}

Response response_of(Result<Response> result, std::string_view request_id) {
  return result ? *std::move(result) : problem_response(result.error(), request_id);
}

}  // namespace remit::net
