#include "key_commands.hpp"

#include <cstdlib>
#include <expected>
#include <iomanip>
#include <iostream>
#include <utility>

#include "fail_with.hpp"
#include "one_lane.hpp"
#include "remit/auth/key_operations.hpp"
#include "remit/auth/key_service.hpp"
#include "tenant_commands.hpp"

namespace remit::app {
namespace {

using auth::ApiKey;

constexpr std::int64_t kKeysShown = 10'000;

std::string time_text(const std::optional<Timestamp>& time) {
  return time ? to_rfc3339(*time) : "-";
}

std::string limit_text(const ApiKey& key) {
  if (!key.limit) return "usual";
  if (key.limit->per_second == 0) return "none";
  const auto [per_second, burst] = *key.limit;
  return std::to_string(per_second) + "/s, burst " + std::to_string(burst > 0 ? burst : per_second);
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

constexpr const char* kIdExpected = "the id of a key is the part between the first two `_`";

int print_key(const auth::NewKey& made, bool quiet) {
  if (quiet) {
    std::cout << made.text << std::endl;
  } else {
    std::cout << "id       " << made.key.id.to_string() << '\n'
              << "scopes   " << auth::scopes_text(made.key.scopes) << '\n'
              << "expires  " << time_text(made.key.expires_at) << '\n'
              << "limit    " << limit_text(made.key) << '\n'
              << "key      " << made.text << '\n'
              << "The key is shown this once: only a hash of its secret is stored." << std::endl;
  }
  if (std::cout.good()) return EXIT_SUCCESS;
  return fail_with(kFailed, "the key could not be printed, and nobody has it: remitd keys revoke " +
                                made.key.id.to_string());
}

}  // namespace

int create_key(const config::Config& config, const KeyOptions& options) {
  auto request = key_request(options);
  if (!request) return fail_with(kWrongUsage, request.error());
  OneLane lane(config);
  const auto tenant = find_tenant(lane, options.tenant);
  if (!tenant) return fail_with(tenant.error());
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto made =
      lane.await(keys.create({.tenant = tenant->tenant.id(), .key = {}}, *std::move(request)));
  return made ? print_key(*made, options.quiet) : fail_with(made.error());
}

int rotate_key(const config::Config& config, const KeyOptions& options) {
  const auto id = Uuid::parse(options.id);
  if (!id) return fail_with(kWrongUsage, kIdExpected);
  const auto overlap = parse_duration(options.overlap);
  if (!overlap || *overlap < Duration::zero() || *overlap > auth::kMaxOverlap) {
    return fail_with(kWrongUsage, "--overlap is a duration of 720h at most, such as 1h");
  }
  OneLane lane(config);
  std::vector<Uuid> wanted = {*id};
  const auto found = lane.await(lane.database().run<auth::FindKeys>(std::move(wanted)));
  if (!found) return fail_with(found.error());
  if (found->empty()) return fail_with(kFailed, "there is no API key " + options.id);
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auth::KeyOwner owner{.tenant = found->front().tenant.id(), .key = {}};
  const auto made = lane.await(keys.rotate(owner, *id, *overlap));
  return made ? print_key(*made, options.quiet) : fail_with(made.error());
}

int limit_key(const config::Config& config, const KeyOptions& options) {
  const auto id = Uuid::parse(options.id);
  if (!id) return fail_with(kWrongUsage, kIdExpected);
  std::optional<net::RequestLimit> limit;
  if (options.requests_per_second) {
    limit.emplace(*options.requests_per_second, options.burst);
  } else if (options.has_no_limit) {
    limit.emplace(0, 0);
  } else if (!options.has_usual_limit) {
    return fail_with(kWrongUsage, "say --requests-per-second N, --none or --usual");
  }
  OneLane lane(config);
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto limited = lane.await(keys.limit(*id, limit));
  if (!limited) return fail_with(limited.error());
  std::cout << "limit of " << id->to_string() << ": " << limit_text(*limited)
            << ", at every instance within 5 s" << std::endl;
  return EXIT_SUCCESS;
}

int list_keys(const config::Config& config, const KeyOptions& options) {
  OneLane lane(config);
  const auto tenant = find_tenant(lane, options.tenant);
  if (!tenant) return fail_with(tenant.error());
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto found =
      lane.await(keys.list(tenant->tenant.id(), {.limit = kKeysShown, .before = {}}));
  if (!found) return fail_with(found.error());
  std::cout << std::left << std::setw(38) << "id" << std::setw(9) << "state" << std::setw(29)
            << "created" << std::setw(29) << "expires" << std::setw(29) << "last used"
            << std::setw(22) << "limit"
            << "name, scopes" << '\n';
  const Timestamp now = SystemClock().now();
  for (const ApiKey& key : *found) {
    std::cout << std::setw(38) << key.id.to_string() << std::setw(9) << auth::state_of(key, now)
              << std::setw(29) << to_rfc3339(key.created_at) << std::setw(29)
              << time_text(key.expires_at) << std::setw(29) << time_text(key.last_used_at)
              << std::setw(22) << limit_text(key) << key.name << ", "
              << auth::scopes_text(key.scopes)
              << (key.made_by ? ", made by " + key.made_by->to_string() : std::string()) << '\n';
  }
  std::cout << std::flush;
  return EXIT_SUCCESS;
}

int revoke_key(const config::Config& config, const KeyOptions& options) {
  const auto id = Uuid::parse(options.id);
  if (!id) return fail_with(kWrongUsage, kIdExpected);
  OneLane lane(config);
  RandomUuidSource ids;
  auth::KeyService keys(lane.database(), ids);
  const auto revoked = lane.await(keys.revoke(std::nullopt, *id));
  if (!revoked) return fail_with(revoked.error());
  std::cout << "revoked " << id->to_string() << ": refused by every instance within 5 s"
            << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace remit::app
