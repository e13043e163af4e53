#include "remit/net/http.hpp"

#include <algorithm>
#include <array>

#include "text.hpp"

namespace remit::net {
namespace {

/// "INVALID_JSON" is the type "/problems/invalid-json".
std::string type_of(const ProblemCode& code) {
  std::string type = "/problems/";
  for (const char c : code.name) {
    type += c == '_' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return type;
}

}  // namespace

std::string_view to_string(Method method) {
  constexpr std::array<std::string_view, 7> kNames = {"GET",   "HEAD",   "POST",   "PUT",
                                                      "PATCH", "DELETE", "OPTIONS"};
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

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found =
      std::ranges::find_if(query, [name](const auto& pair) { return pair.first == name; });
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string_view Request::path_parameter(std::string_view name) const {
  const auto found = std::ranges::find_if(path_parameters,
                                          [name](const auto& pair) { return pair.first == name; });
  if (found == path_parameters.end()) return {};
  return found->second;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

std::string problem_body(const Problem& problem, std::string_view request_id) {
  std::string body = "{\"type\":" + quote_json(type_of(problem.code)) +
                     ",\"title\":" + quote_json(problem.code.title) +
                     ",\"status\":" + std::to_string(problem.code.status) +
                     ",\"detail\":" + quote_json(problem.detail) +
                     ",\"code\":" + quote_json(problem.code.name) +
                     ",\"request_id\":" + quote_json(request_id);
  if (!problem.errors.empty()) {
    body += ",\"errors\":";
    char before = '[';
    for (const FieldError& error : problem.errors) {
      body += before;
      body += "{\"pointer\":" + quote_json(error.pointer) +
              ",\"detail\":" + quote_json(error.detail) + "}";
      before = ',';
    }
    body += ']';
  }
  body += '}';
  return body;
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

}  // namespace remit::net
