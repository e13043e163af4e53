#include "remit/config/load.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "apply.hpp"
#include "combinations.hpp"
#include "remit/base/key_list.hpp"
#include "text_sources.hpp"

namespace remit::config {
namespace {

constexpr std::uintmax_t kLargestFile = 1024 * 1024;
constexpr std::size_t kLongestPassword = 1024;
constexpr std::size_t kLongestKeyFile = 4096;

void apply_file(const Settings& root, const std::string& name, Record record) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(name, error)) {
    const bool is_there = std::filesystem::exists(name, error);
    return record.faults.add(name + (is_there ? ": is not a file" : ": there is no such file"));
  }
  if (std::filesystem::file_size(name, error) > kLargestFile || error) {
    return record.faults.add(name + ": is larger than a configuration can be");
  }
  std::ifstream file(name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return record.faults.add(name + ": cannot be read");
  const std::expected<Value, std::string> document = read_toml(text, name);
  if (!document) return record.faults.add(document.error());
  apply_table(root, *document, "", record);
}

/// Containers provide secrets as files. No more is read than shows that it is too long: a device
/// has no end. Nothing: it cannot be read, or is empty.
std::optional<std::string> read_secret(const std::string& name, std::size_t most) {
  std::ifstream file(name, std::ios::binary);
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

void read_password(DatabaseConfig& database, Faults& faults) {
  if (database.password_file.empty()) return;
  const auto text = read_secret(database.password_file, kLongestPassword + 1);
  if (!text) {
    return faults.add("database.password_file: " + database.password_file +
                      " cannot be read, or is empty");
  }
  database.password = text->substr(0, text->find('\n'));
  if (database.password.ends_with('\r')) database.password.pop_back();
  const bool is_text = database.password.size() <= kLongestPassword &&
                       database.password.find('\0') == std::string::npos;
  if (database.password.empty() || !is_text) {
    faults.add("database.password_file: the first line of " + database.password_file +
               " is no password");
  }
}

void read_webhook_keys(WebhooksConfig& webhooks, Faults& faults) {
  webhooks.keys = webhooks.key;
  if (webhooks.key_file.empty()) return;
  if (!webhooks.key.empty()) {
    return faults.add("webhooks.key_file: there is webhooks.key besides; one of them is enough");
  }
  auto text = read_secret(webhooks.key_file, kLongestKeyFile);
  std::string fault = "cannot be read, or is empty";
  if (text) {
    const auto keys = parse_key_list(*text);
    fault = keys ? (keys->empty() ? "has no key" : "") : keys.error();
  }
  if (!fault.empty()) {
    return faults.add("webhooks.key_file: " + webhooks.key_file + ": " + fault);
  }
  webhooks.keys = *std::move(text);
}

std::string message_of(const std::vector<std::string>& faults) {
  std::string message = "the configuration is not valid:";
  for (const std::string& fault : faults) message += "\n  " + fault;
  return message;
}

}  // namespace

std::expected<Loaded, std::string> load(const LoadRequest& request) {
  Loaded loaded;
  Config& config = loaded.config;
  Faults faults;
  Origins origins;
  const Record record{faults, origins};
  const Settings root = settings_of(config);
  std::error_code error;
  if (request.file) {
    config.file = *request.file;
    apply_file(root, config.file, record);
  } else if (std::filesystem::exists(request.default_file, error)) {
    config.file = request.default_file;
    apply_file(root, config.file, record);
  }
  loaded.warnings = apply_environment(root, request.environment, record);
  apply_flags(root, request.flags, record);
  config.database.url_origin = origins.of("database.url");
  read_password(config.database, faults);
  read_webhook_keys(config.webhooks, faults);
  check_together(config, origins, faults);
  for (std::string& warning : warnings_of(config, origins)) {
    loaded.warnings.push_back(std::move(warning));
  }
  if (!faults.lines().empty()) return std::unexpected(message_of(faults.lines()));
  return loaded;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

}  // namespace remit::config
