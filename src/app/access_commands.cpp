#include "access_commands.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fail_with.hpp"
#include "key_commands.hpp"
#include "ledger_commands.hpp"
#include "preflight.hpp"
#include "tenant_commands.hpp"

namespace remit::app {

namespace {

constexpr const char* kKeyId = "Its id: the part between the first two `_`";

/// Returns the option for the rate.
CLI::Option* add_limit(CLI::App& command, KeyOptions& key) {
  const CLI::Range possible(0, 1'000'000);
  CLI::Option* const rate = command.add_option("--requests-per-second", key.requests_per_second,
                                               "Its own limit, instead of [limits]; 0: none");
  rate->check(possible);
  command.add_option("--burst", key.burst, "How many of them may come at once")
      ->check(possible)
      ->needs(rate);
  return rate;
}

}  // namespace

struct AccessCommands::Parts {
  struct Entry {
    CLI::App* app;
    Command act;
    bool reads_only;  ///< no reason to migrate
  };

  TenantOptions tenant;
  KeyOptions key;
  std::vector<Entry> commands;
};

AccessCommands::AccessCommands(CLI::App& app, const std::function<void(CLI::App&)>& prepare)
    : parts_(std::make_unique<Parts>()) {
  TenantOptions& tenant = parts_->tenant;
  KeyOptions& key = parts_->key;
  const auto add = [&](CLI::App& group, std::string name, std::string says, Command command,
                       bool reads_only = false) {
    CLI::App* const added = group.add_subcommand(std::move(name), std::move(says));
    prepare(*added);
    parts_->commands.push_back({added, std::move(command), reads_only});
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
  add(tenants, "list", "Print all tenants", list_tenants, true);
  CLI::App* bounded = add(tenants, "bound", "Change how many payments may be worked on at once",
                          [&](const auto& config) { return bound_tenant(config, tenant); });
  bounded->add_option("name", tenant.name, "Its name")->required();
  CLI::Option* const bound =
      bounded->add_option("--max-in-flight", tenant.max_in_flight, "The new bound");
  bound->check(in_flight);
  bounded->add_flag("--none", tenant.is_unbound, "No bound any more")->excludes(bound);

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
  add_limit(*create, key);
  create->add_flag("--quiet", key.quiet, "Print the key alone");
  CLI::App* limit = add(keys, "limit", "Change how many requests a key may send",
                        [&](const auto& config) { return limit_key(config, key); });
  limit->add_option("id", key.id, kKeyId)->required();
  CLI::Option* const limited = add_limit(*limit, key);
  CLI::Option* const none = limit->add_flag("--none", key.has_no_limit, "No limit any more");
  none->excludes(limited);
  limit->add_flag("--usual", key.has_usual_limit, "That of [limits] again")
      ->excludes(limited)
      ->excludes(none);
  CLI::App* list = add(
      keys, "list", "Print the keys of a tenant, without their secrets",
      [&](const auto& config) { return list_keys(config, key); }, true);
  list->add_option("--tenant", key.tenant, "Whose they are (default: default)");
  CLI::App* rotate = add(keys, "rotate", "Make a key in place of this one, and print it once",
                         [&](const auto& config) { return rotate_key(config, key); });
  rotate->add_option("id", key.id, kKeyId)->required();
  rotate->add_option("--overlap", key.overlap, "How long the old one goes on (default: 1h)");
  rotate->add_flag("--quiet", key.quiet, "Print the key alone");
  CLI::App* revoke = add(keys, "revoke", "Refuse a key from now on",
                         [&](const auto& config) { return revoke_key(config, key); });
  revoke->add_option("id", key.id, kKeyId)->required();

  CLI::App& ledger = *app.add_subcommand("ledger", "What was moved");
  ledger.require_subcommand(1);
  add(ledger, "verify",
      "Recompute all checkpoints from what is in the database, and name the first entry that does "
      "not fit; 0: all fit",
      verify_ledger, true);
}

AccessCommands::~AccessCommands() = default;

Command AccessCommands::chosen() const {
  for (const Parts::Entry& entry : parts_->commands) {
    if (!entry.app->parsed()) continue;
    return [act = entry.act, reads_only = entry.reads_only](config::Config config) {
      if (reads_only) config.database.migrate = false;
      const auto prepared = prepare_database(config, {});
      return prepared ? act(config) : fail_with(kFailed, prepared.error());
    };
  }
  return nullptr;
}

}  // namespace remit::app
