#include "mask.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string_view>

#include "remit/config/load.hpp"

namespace remit::config {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kBlank = " \t\r\n\f\v";

/// Key words of libpq whose values are no secrets.
constexpr std::array<std::string_view, 27> kShown = {"host",
                                                     "hostaddr",
                                                     "port",
                                                     "dbname",
                                                     "user",
                                                     "passfile",
                                                     "service",
                                                     "application_name",
                                                     "fallback_application_name",
                                                     "client_encoding",
                                                     "connect_timeout",
                                                     "target_session_attrs",
                                                     "load_balance_hosts",
                                                     "keepalives",
                                                     "keepalives_idle",
                                                     "keepalives_interval",
                                                     "keepalives_count",
                                                     "tcp_user_timeout",
                                                     "sslmode",
                                                     "sslcert",
                                                     "sslkey",
                                                     "sslrootcert",
                                                     "sslcrl",
                                                     "ssl_min_protocol_version",
                                                     "gssencmode",
                                                     "channel_binding",
                                                     "require_auth"};

/// Other key words of libpq: secrets, and values that may contain one.
constexpr std::array<std::string_view, 13> kHidden = {"password",
                                                      "sslpassword",
                                                      "options",
                                                      "replication",
                                                      "requirepeer",
                                                      "requiressl",
                                                      "krbsrvname",
                                                      "gsslib",
                                                      "gssdelegation",
                                                      "sslcompression",
                                                      "sslcrldir",
                                                      "sslsni",
                                                      "ssl_max_protocol_version"};

/// Shows nothing of a key that libpq does not know: it may be the end of a password.
std::optional<std::string_view> shown_value(std::string_view key, std::string_view value) {
  if (std::ranges::find(kHidden, key) != kHidden.end()) return kMask;
  if (std::ranges::find(kShown, key) == kShown.end()) return std::nullopt;
  // An '@' is either the first character, of an abstract socket's name, or the end of a password;
  // in "user= password=a", libpq takes the password for the user.
  return value.find('@', 1) == value.npos && !value.contains('=') ? value : kMask;
}

/// "key=value&key=value".
std::optional<std::string> mask_query(std::string_view query) {
  std::string out;
  while (true) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = pair.substr(0, equals);
    const auto value = shown_value(key, pair.substr(equals + 1));
    // All of the URI before an '@' in a value may be a password that was not escaped.
    const bool may_end_a_password = pair.find('@', equals + 2) != std::string_view::npos;
    if (!value || may_end_a_password) return std::nullopt;
    out += key;
    out += '=';
    out += *value;
    if (end == query.size()) return out;
    out += '&';
    query.remove_prefix(end + 1);
  }
}

/// Nothing when it is not well formed.
std::optional<std::string> mask_uri(const std::string& uri) {
  static const std::regex form(
      R"((postgres(?:ql)?://)(?:([^:@/?#]*)(?::([^@/?#]*))?@)?)"         // user, password
      R"(((?:\[[0-9A-Fa-f:.%]*\]|[A-Za-z0-9_.~%-]*)(?::[0-9]*)?)"        // host, port
      R"((?:,(?:\[[0-9A-Fa-f:.%]*\]|[A-Za-z0-9_.~%-]*)(?::[0-9]*)?)*))"  // and others
      R"((/[^?@:#]*)?(?:\?(.*))?)");                                     // database, parameters
  std::smatch part;
  if (!std::regex_match(uri, part, form)) return std::nullopt;
  std::string out = part[1];
  if (part[2].matched) out += part[2].str() + (part[3].matched ? ":***@" : "@");
  out += part[4].str() + part[5].str();
  if (!part[6].matched) return out;
  const std::optional<std::string> query = mask_query(part[6].str());
  if (!query) return std::nullopt;
  return out + "?" + *query;
}

/// Where a key word's value ends, by libpq's rules; npos when its quote does not.
std::size_t end_of_word_value(std::string_view text, std::size_t begin) {
  std::size_t i = begin;
  const bool quoted = i < text.size() && text[i] == '\'';
  if (quoted) ++i;
  for (; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted && text[i] == '\'') {
      return i + 1;
    } else if (!quoted && kBlank.contains(text[i])) {
      return i;
    }
  }
  return quoted ? std::string_view::npos : text.size();
}

/// Nothing when it is not well formed.
std::optional<std::string> mask_words(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(kBlank, at)) != std::string_view::npos) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    std::string_view key = text.substr(at, equals - at);
    key = key.substr(0, key.find_last_not_of(kBlank) + 1);
    if (key.empty() || key.find_first_of(kBlank) != std::string_view::npos) return std::nullopt;
    const std::size_t begin = std::min(text.find_first_not_of(kBlank, equals + 1), text.size());
    const std::size_t end = end_of_word_value(text, begin);
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = shown_value(key, text.substr(begin, std::min(end, text.size()) - begin));
    if (!value) return std::nullopt;
    if (!out.empty()) out += ' ';
    out += key;
    out += '=';
    out += *value;
    at = std::min(end, text.size());
  }
  return out;
}

}  // namespace

std::string mask_all(const std::string& secret) {
  return secret.empty() ? secret : std::string(kMask);
}

std::string mask_database_password(const std::string& url) {
  const bool is_uri = url.find("://") < url.find_first_of("= \t");
  return (is_uri ? mask_uri(url) : mask_words(url)).value_or(std::string(kMask));
}

std::string mask_in_text(const std::string& text) {
  static const std::regex secrets(R"([a-z]*://\S*|(password|token)(\s*[=:]\s*)\S+)",
                                  std::regex::icase);
  std::string out;
  auto rest = text.cbegin();
  for (std::sregex_iterator found(text.begin(), text.end(), secrets), end; found != end; ++found) {
    out.append(rest, (*found)[0].first);
    out += (*found)[1].matched ? (*found)[1].str() + (*found)[2].str() : "";
    out += kMask;
    rest = (*found)[0].second;
  }
  out.append(rest, text.cend());
  return out;
}

}  // namespace remit::config
