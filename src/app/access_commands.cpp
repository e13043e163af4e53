#include "access_commands.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "one_lane.hpp"
#include "preflight.hpp"
#include "remit/auth/key_service.hpp"
#include "remit/auth/tenant_operations.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::app {
namespace {

using auth::ApiKey;
using auth::TenantRow;

constexpr std::int64_t kKeysShown = 10'000;

struct TenantOptions {
  std::string name;
  std::int16_t spread = 1;
  std::optional<std::int32_t> max_in_flight;
};

struct KeyOptions {
  std::string tenant = "default";
  std::string name = "made by remitd keys create";
  std::vector<std::string> scopes;
  std::string expires_in;
  std::optional<std::int64_t> requests_per_second;
  std::int64_t burst = 0;
  std::string id;
  bool quiet = false;
};

int failed(const std::string& why, int status = kFailed) {
  telemetry::print_error("remitd: " + why);
  return status;
}
int failed(const Problem& problem) { return failed(problem.detail); }

std::string time_text(const std::optional<Timestamp>& time) {
  return time ? to_rfc3339(*time) : "-";
}

/// What an operation finds; a problem when that is nothing.
template <class Operation>
Result<TenantRow> one_tenant(OneLane& lane, typename Operation::Input input, std::string none) {
  auto row = lane.await(lane.database().run<Operation>(std::move(input)));
  if (!row) return fail(std::move(row.error()));
  if (!*row) return fail(kNotFound, std::move(none));
  return **std::move(row);
}

Result<TenantRow> find_tenant(OneLane& lane, const std::string& name) {
  return one_tenant<auth::FindTenant>(lane, name, "there is no tenant " + name);
}

void print_tenant(const TenantRow& row) {
  std::cout << std::left << std::setw(8) << row.tenant.id().value() << std::setw(8)
            << row.tenant.spread() << std::setw(14)
            << (row.max_in_flight ? std::to_string(*row.max_in_flight) : "-") << std::setw(29)
            << to_rfc3339(row.created_at) << row.name << '\n';
}

void print_tenants(const std::vector<TenantRow>& rows) {
  std::cout << std::left << std::setw(8) << "number" << std::setw(8) << "spread" << std::setw(14)
            << "max in flight" << std::setw(29) << "created" << "name" << '\n';
  for (const TenantRow& row : rows) print_tenant(row);
  std::cout << std::flush;
}

/// Letters, digits and a few marks: it stands in commands, logs and configuration.
bool is_tenant_name(const std::string& name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= auth::kMaxTenantName &&
         name.find_first_not_of(kAllowed) == std::string::npos;
}

int create_tenant(const config::Config& config, const TenantOptions& options) {
  if (!is_tenant_name(options.name)) {
    return failed("a tenant's name is 1 to 64 letters, digits, `-`, `_` and `.`", kWrongUsage);
  }
  OneLane lane(config);
  const auto made = one_tenant<auth::InsertTenant>(
      lane,
      {.name = options.name, .spread = options.spread, .max_in_flight = options.max_in_flight},
      "there is a tenant " + options.name + " already");
  if (!made) return failed(made.error());
  print_tenants({*made});
  return EXIT_SUCCESS;
}

int list_tenants(const config::Config& config) {
  OneLane lane(config);
  const auto rows = lane.await(lane.database().run<auth::ListTenants>({}));
  if (!rows) return failed(rows.error());
  print_tenants(*rows);
  return EXIT_SUCCESS;
}

int bound_tenant(const config::Config& config, const TenantOptions& options) {
  OneLane lane(config);
  const auto row = one_tenant<auth::BoundTenant>(
      lane, {.name = options.name, .max_in_flight = options.max_in_flight},
      "there is no tenant " + options.name);
  if (!row) return failed(row.error());
  print_tenants({*row});
  return EXIT_SUCCESS;
}

/// In words, or what is wrong.
std::expected<auth::KeyRequest, std::string> key_request(const KeyOptions& options) {
  auth::KeyRequest request;
  request.name = options.name;
  for (const std::string& word : options.scopes) {
    const auto scope = net::parse_scope(word);
    if (word == "all") {
      request.scopes = net::Scopes::all();
    } else if (scope) {
      request.scopes.add(*scope);
    } else {
      return std::unexpected("there is no scope " + word + "; there are all, " +
                             auth::scopes_text(net::Scopes::all()));
    }
  }
  if (const std::string fault = auth::name_fault(request.name); !fault.empty()) {
    return std::unexpected("--name " + fault);
  }
  if (!options.expires_in.empty()) {
    const auto lifetime = parse_duration(options.expires_in);
    if (!lifetime) return std::unexpected("--expires-in " + lifetime.error());
    if (*lifetime <= Duration::zero() || *lifetime > auth::kMaxLifetime) {
      return std::unexpected("--expires-in must be above zero, and a hundred years at most");
    }
    request.expires_at = SystemClock().now() + *lifetime;
  }
  if (options.requests_per_second) {
    request.limit.emplace(*options.requests_per_second, options.burst);
  }
  return request;
}

/// Whether the key has reached its reader.
int printed(const ApiKey& key) {
  if (std::cout.good()) return EXIT_SUCCESS;
  return failed("the key could not be printed, and nobody has it: remitd keys revoke " +
                key.id.to_string());
}

int create_key(const config::Config& config, const KeyOptions& options) {
  auto request = key_request(options);
  if (!request) return failed(request.error(), kWrongUsage);
  OneLane lane(config);
  const auto tenant = find_tenant(lane, options.tenant);
  if (!tenant) return failed(tenant.error());
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto made =
      lane.await(keys.create({.tenant = tenant->tenant.id(), .key = {}}, *std::move(request)));
  if (!made) return failed(made.error());
  if (options.quiet) {
    std::cout << made->text << std::endl;
    return printed(made->key);
  }
  std::cout << "id       " << made->key.id.to_string() << '\n'
            << "tenant   " << tenant->name << '\n'
            << "scopes   " << auth::scopes_text(made->key.scopes) << '\n'
            << "expires  " << time_text(made->key.expires_at) << '\n'
            << "key      " << made->text << '\n'
            << "The key is shown this once: only a hash of its secret is stored." << std::endl;
  return printed(made->key);
}

int list_keys(const config::Config& config, const KeyOptions& options) {
  OneLane lane(config);
  const auto tenant = find_tenant(lane, options.tenant);
  if (!tenant) return failed(tenant.error());
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto found =
      lane.await(keys.list(tenant->tenant.id(), {.limit = kKeysShown, .before = {}}));
  if (!found) return failed(found.error());
  std::cout << std::left << std::setw(38) << "id" << std::setw(9) << "state" << std::setw(29)
            << "created" << std::setw(29) << "expires" << std::setw(29) << "last used"
            << "name, scopes" << '\n';
  const Timestamp now = SystemClock().now();
  for (const ApiKey& key : *found) {
    std::cout << std::setw(38) << key.id.to_string() << std::setw(9) << auth::state_of(key, now)
              << std::setw(29) << to_rfc3339(key.created_at) << std::setw(29)
              << time_text(key.expires_at) << std::setw(29) << time_text(key.last_used_at)
              << key.name << ", " << auth::scopes_text(key.scopes)
              << (key.made_by ? ", made by " + key.made_by->to_string() : std::string()) << '\n';
  }
  std::cout << std::flush;
  return EXIT_SUCCESS;
}

int revoke_key(const config::Config& config, const KeyOptions& options) {
  const auto id = Uuid::parse(options.id);
  if (!id) return failed("the id of a key is the part between the first two `_`", kWrongUsage);
  OneLane lane(config);
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto revoked = lane.await(keys.revoke(std::nullopt, *id));
  if (!revoked) return failed(revoked.error());
  std::cout << "revoked " << id->to_string() << ": refused by every instance within 5 s"
            << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace

struct AccessCommands::Parts {
  TenantOptions tenant;
  KeyOptions key;
  std::vector<std::pair<CLI::App*, Command>> commands;
};

AccessCommands::AccessCommands(CLI::App& app, const std::function<void(CLI::App&)>& prepare)
    : parts_(std::make_unique<Parts>()) {
  TenantOptions& tenant = parts_->tenant;
  KeyOptions& key = parts_->key;
  const auto add = [&](CLI::App& group, std::string name, std::string says, Command command) {
    CLI::App* const added = group.add_subcommand(std::move(name), std::move(says));
    prepare(*added);
    parts_->commands.emplace_back(added, std::move(command));
    return added;
  };
  const CLI::Range in_flight(1, auth::kMaxInFlight);

  CLI::App& tenants = *app.add_subcommand("tenants", "Those whose payments these are");
  tenants.require_subcommand(1);
  CLI::App* made = add(tenants, "create", "Make a tenant",
                       [&](const auto& config) { return create_tenant(config, tenant); });
  made->add_option("name", tenant.name, "Its name")->required();
  made->add_option("--spread", tenant.spread,
                   "How many of the 1024 buckets its payments are spread over; for ever")
      ->check(CLI::Range(1, Bucket::kCount));
  made->add_option("--max-in-flight", tenant.max_in_flight,
                   "How many of its payments may be worked on at once; else no bound")
      ->check(in_flight);
  add(tenants, "list", "Print all tenants", list_tenants);
  CLI::App* bounded = add(tenants, "bound", "Change how many payments may be worked on at once",
                          [&](const auto& config) { return bound_tenant(config, tenant); });
  bounded->add_option("name", tenant.name, "Its name")->required();
  bounded
      ->add_option("--max-in-flight", tenant.max_in_flight,
                   "The new bound; without it there is none")
      ->check(in_flight);

  CLI::App& keys = *app.add_subcommand("keys", "The API keys of a tenant");
  keys.require_subcommand(1);
  CLI::App* create = add(keys, "create", "Make an API key, and print it once",
                         [&](const auto& config) { return create_key(config, key); });
  create->add_option("--tenant", key.tenant, "Whose it is (default: default)");
  create->add_option("--scopes", key.scopes, "What it may be used for: payments:write,… or all")
      ->required()
      ->delimiter(',');
  create->add_option("--name", key.name, "What it is for, in your words");
  create->add_option("--expires-in", key.expires_in, "How long it lives, as 2160h; else for ever");
  CLI::Option* const rate = create->add_option("--requests-per-second", key.requests_per_second,
                                               "Its own limit, instead of [limits]; 0: none");
  rate->check(CLI::Range(0, 1'000'000));
  create->add_option("--burst", key.burst, "How many of them may come at once")
      ->check(CLI::Range(0, 1'000'000))
      ->needs(rate);
  create->add_flag("--quiet", key.quiet, "Print the key alone");
  CLI::App* list = add(keys, "list", "Print the keys of a tenant, without their secrets",
                       [&](const auto& config) { return list_keys(config, key); });
  list->add_option("--tenant", key.tenant, "Whose they are (default: default)");
  CLI::App* revoke = add(keys, "revoke", "Refuse a key from now on",
                         [&](const auto& config) { return revoke_key(config, key); });
  revoke->add_option("id", key.id, "Its id: the part between the first two `_`")->required();
}

AccessCommands::~AccessCommands() = default;

Command AccessCommands::chosen() const {
  for (const auto& [command, act] : parts_->commands) {
    if (!command->parsed()) continue;
    return [act](const config::Config& config) {
      const auto prepared = prepare_database(config, {});
      return prepared ? act(config) : failed(prepared.error());
    };
  }
  return nullptr;
}

}  // namespace remit::app
