#include "conninfo.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string_view>

namespace remit::storage {
namespace {

constexpr const char* kTarget = "target_session_attrs";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string in_quotes(std::string_view value) {
  std::string result = "'";
  for (const char character : value) {
    if (character == '\'' || character == '\\') result += '\\';
    result += character;
  }
  return result + "'";
}

// A server that vanishes without a word is given up after about ten seconds, idle or not.
std::map<std::string, std::string> defaults_of(const ConninfoDefaults& defaults) {
  return {{"connect_timeout", "3"},  {"tcp_user_timeout", "10000"},
          {"keepalives_idle", "5"},  {"keepalives_interval", "2"},
          {"keepalives_count", "3"}, {"fallback_application_name", defaults.application_name},
          {kTarget, "read-write"}};
}

bool is_primary_alone(std::string_view target) {
  return target == "read-write" || target == "primary";
}

}  // namespace

std::expected<std::string, std::string> complete_conninfo(const std::string& url,
                                                          const ConninfoDefaults& defaults) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(url.c_str(), &error));
  if (!options) {
    // libpq's message quotes the string, and with it the password.
    PQfreemem(error);
    return std::unexpected("the database URL is not a valid connection string");
  }
  std::map<std::string, std::string> values = defaults_of(defaults);
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  if (!is_primary_alone(values[kTarget])) {
    return std::unexpected(
        "the database URL has target_session_attrs=" + values[kTarget] +
        ", which may reach a standby; leave it out, or make it read-write or primary");
  }
  std::string conninfo;
  for (const auto& [key, value] : values) {
    if (!conninfo.empty()) conninfo += ' ';
    conninfo += key + "=" + in_quotes(value);
  }
  return conninfo;
}

}  // namespace remit::storage
