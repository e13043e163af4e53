#include "remit/storage/conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

namespace remit::storage {
namespace {

constexpr const char* kTarget = "target_session_attrs";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;
using Words = std::map<std::string, std::string>;

/// Those that are set.
void add_options(const PQconninfoOption& first, Words& words) {
  for (const PQconninfoOption* option = &first; option->keyword != nullptr; ++option) {
    if (option->val != nullptr) words[option->keyword] = option->val;
  }
}

std::string in_quotes(std::string_view value) {
  std::string result = "'";
  for (const char character : value) {
    if (character == '\'' || character == '\\') result += '\\';
    result += character;
  }
  return result + "'";
}

std::string in_words(const Words& words) {
  std::string conninfo;
  for (const auto& [key, value] : words) {
    if (!conninfo.empty()) conninfo += ' ';
    conninfo += key + "=" + in_quotes(value);
  }
  return conninfo;
}

// A server that vanishes without a word is given up after about ten seconds, idle or not.
Words defaults_of(const std::string& application_name) {
  return {{"connect_timeout", "3"},  {"tcp_user_timeout", "10000"},
          {"keepalives_idle", "5"},  {"keepalives_interval", "2"},
          {"keepalives_count", "3"}, {"fallback_application_name", application_name},
          {kTarget, "read-write"}};
}

bool is_primary_alone(std::string_view target) {
  return target == "read-write" || target == "primary";
}

constexpr const char* kEscaping =
    "; is each of its parameters one of libpq's, or has a character such as @ : / ? or % of the "
    "user or the password to be written as %40, %3A, "
    "%2F, %3F, %25?";

/// What libpq would take for part of a host, a port or a database's name, and quote in its
/// messages, may be the rest of a password.
bool hides_a_password(const std::string& url, const Words& values) {
  const auto value_of = [&](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string_view() : std::string_view(found->second);
  };
  if (value_of("port").find_first_not_of("0123456789,") != std::string_view::npos) return true;
  // Paths may hold one, and the names of abstract sockets begin with one.
  for (std::string_view hosts = value_of("host"); !hosts.empty();) {
    const std::string_view host = hosts.substr(0, hosts.find(','));
    if (!host.starts_with('/') && host.find('@', 1) != std::string_view::npos) return true;
    hosts.remove_prefix(std::min(host.size() + 1, hosts.size()));
  }
  const std::size_t authority = url.find("://");
  if (authority == std::string::npos || url.find('=') < authority) return false;
  // Escaped there is none in the name of a database.
  const std::size_t path = url.find('/', authority + 3);
  return path != std::string::npos && url.substr(0, url.find('?')).find('@', path) != url.npos;
}

}  // namespace

std::expected<std::string, std::string> complete_conninfo(const std::string& url,
                                                          const std::string& application_name) {
  char* error = nullptr;
  const Options options(PQconninfoParse(url.c_str(), &error));
  if (!options) {
    // libpq's message quotes the string, and with it the password.
    PQfreemem(error);
    return std::unexpected(std::string("the database URL is not a valid connection string") +
                           kEscaping);
  }
  Words values = defaults_of(application_name);
  add_options(*options, values);
  if (hides_a_password(url, values)) {
    return std::unexpected(
        std::string("the database URL has an impossible host, port or database name") + kEscaping);
  }
  if (!is_primary_alone(values[kTarget])) {
    return std::unexpected(
        "the database URL has target_session_attrs=" + values[kTarget] +
        ", which may reach a standby; leave it out, or make it read-write or primary");
  }
  return in_words(values);
}

std::string with_password(const std::string& url, const std::string& password) {
  const Options options(PQconninfoParse(url.c_str(), nullptr));
  if (!options) return url;
  Words values;
  add_options(*options, values);
  // A part of the password in another part of the URL would no longer be seen for what it is.
  if (hides_a_password(url, values)) return url;
  values["password"] = password;
  return in_words(values);
}

}  // namespace remit::storage
