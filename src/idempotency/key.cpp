#include "remit/idempotency/key.hpp"

#include <algorithm>

#include "remit/base/sha256.hpp"
#include "remit/base/text.hpp"

namespace remit::idempotency {
namespace {

constexpr std::size_t kMinLength = 10;
constexpr std::size_t kMaxLength = 255;

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

Result<std::string> read_key(const net::Request& request) {
  const std::optional<std::string_view> header = request.headers.find("Idempotency-Key");
  if (!header) {
    return fail(kMissingHeader,
                "Idempotency-Key is required: one key for each payment you mean to make");
  }
  if (request.headers.count("Idempotency-Key") > 1) {
    Problem problem(kValidationError, "more than one Idempotency-Key");
    problem.errors.push_back({"Idempotency-Key", "must be there once"});
    return fail(std::move(problem));
  }
  std::string_view key = *header;
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') {
    key = key.substr(1, key.size() - 2);
  }
  if (key.size() < kMinLength || key.size() > kMaxLength ||
      !std::ranges::all_of(key, is_key_character)) {
    Problem problem(kValidationError,
                    "Idempotency-Key must be 10 to 255 characters of A-Z a-z 0-9 - _");
    problem.errors.push_back(
        {"Idempotency-Key", "must be 10 to 255 characters of A-Z a-z 0-9 - _"});
    return fail(std::move(problem));
  }
  return std::string(key);
}

bool wants_strict(const net::Request& request) {
  for (const net::Header& header : request.headers.all()) {
    if (!std::ranges::equal(header.name, std::string_view("prefer"), {}, to_lower)) continue;
    std::string value;
    std::ranges::copy_if(header.value, std::back_inserter(value),
                         [](char c) { return c != ' ' && c != '"'; });
    std::ranges::transform(value, value.begin(), to_lower);
    // A list of preferences, each with parameters of its own (RFC 7240 §2).
    std::size_t start = 0;
    while (start <= value.size()) {
      const std::size_t end = std::min(value.find_first_of(",;", start), value.size());
      if (std::string_view(value).substr(start, end - start) == "handling=strict") return true;
      start = end + 1;
    }
  }
  return false;
}

std::string fingerprint(net::Method method, std::string_view path, const net::JsonValue& body) {
  std::string text(net::to_string(method));
  text += '\n';
  text += path;
  text += '\n';
  text += net::canonical_json(body);
  return sha256(text);
}

net::Response to_response(Answer answer) {
  net::Response response = net::json_response(answer.status, std::move(answer.body));
  if (answer.status >= 400) response.content_type = "application/problem+json";
  if (!answer.location.empty()) {
    response.headers.push_back({"Location", std::move(answer.location)});
  }
  if (answer.replayed) {
    response.headers.push_back({"Idempotent-Replayed", "true"});
  }
  return response;
}

}  // namespace remit::idempotency
