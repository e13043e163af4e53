#include "response_writer.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "text.hpp"

namespace remit::net {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 26> kReasons = {{
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {426, "Upgrade Required"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

std::string_view reason_of(int status) {
  const auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? "" : found->second;  // It may be empty (RFC 9112 §4).
}

/// IMF-fixdate of the current second, rebuilt only when the second changes.
std::string_view date_now() {
  thread_local std::time_t made_for = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == made_for) return text;
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> rest{};
  // Names by hand: strftime would follow the locale.
  text = kDays[static_cast<std::size_t>(parts.tm_wday)];
  text.append(rest.data(), std::strftime(rest.data(), rest.size(), ", %d ", &parts));
  text += kMonths[static_cast<std::size_t>(parts.tm_mon)];
  text.append(rest.data(), std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT", &parts));
  made_for = now;
  return text;
}

/// What browsers and caches may do with an answer: nothing. A handler whose answer is a page gives
/// its own values.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kProtection = {{
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
}};

void append_protection(std::string& out, const std::vector<Header>& given) {
  for (const auto& [name, value] : kProtection) {
    const bool is_given = std::ranges::any_of(
        given, [name](const Header& header) { return equal_without_case(header.name, name); });
    if (!is_given) append_field(out, name, value);
  }
}

/// Whether a handler may set the field to the value.
bool is_free(const Header& header) {
  constexpr std::array<std::string_view, 6> kOurs = {
      "Content-Length", "Transfer-Encoding", "Connection", "Date", "X-Request-Id", "Content-Type"};
  return is_token(header.name) && is_header_value(header.value) &&
         std::ranges::none_of(
             kOurs, [&](std::string_view name) { return equal_without_case(name, header.name); });
}

}  // namespace

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

void append_response_head(std::string& out, const Response& response,
                          const ResponseContext& context) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_of(response.status)).append("\r\n");
  append_field(out, "Date", date_now());
  append_field(out, "X-Request-Id", context.request_id);
  if (!is_bodiless(response.status)) {
    if (is_header_value(response.content_type) && !response.content_type.empty()) {
      append_field(out, "Content-Type", response.content_type);
    }
    if (response.framing == Framing::by_length) {
      append_field(out, "Content-Length", std::to_string(response.body.size()));
    } else if (response.framing == Framing::chunked) {
      append_field(out, "Transfer-Encoding", "chunked");
    }
  }
  const bool offers_upgrade = response.status == 101 || response.status == 426;
  if (response.status == 101) {
    append_field(out, "Connection", "Upgrade");
  } else if (!context.keep_alive) {
    append_field(out, "Connection", offers_upgrade ? "close, Upgrade" : "close");
  } else if (context.is_http_1_0) {
    append_field(out, "Connection", offers_upgrade ? "keep-alive, Upgrade" : "keep-alive");
  } else if (offers_upgrade) {
    append_field(out, "Connection", "Upgrade");
  }
  append_protection(out, response.headers);
  for (const Header& header : response.headers) {
    if (is_free(header)) append_field(out, header.name, header.value);
  }
  out.append("\r\n");
}

}  // namespace remit::net
