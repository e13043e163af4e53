#include "remit/auth/key_authenticator.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "remit/auth/key_operations.hpp"
#include "remit/base/text.hpp"
#include "remit/net/problems.hpp"

namespace remit::auth {
namespace {

constexpr Duration kTurn = std::chrono::seconds(1);
/// In one statement.
constexpr std::size_t kMostChecked = 1'000;
/// Why is not told: it would tell which keys exist.
constexpr std::string_view kNotValid = "the API key is not valid";

Result<ShownKey> shown_key(const net::Headers& headers) {
  constexpr std::string_view kScheme = "Bearer ";
  if (headers.count("Authorization") == 0) {
    return fail(net::kUnauthenticated, "send an API key: Authorization: Bearer <key>");
  }
  const auto value = headers.find_only("Authorization");
  if (!value) return fail(net::kUnauthenticated, "there are several Authorization headers");
  if (!equal_without_case(value->substr(0, kScheme.size()), kScheme)) {
    return fail(net::kUnauthenticated, "send the API key as Authorization: Bearer <key>");
  }
  std::string_view text = value->substr(kScheme.size());
  while (text.starts_with(' ')) text.remove_prefix(1);  // RFC 9110 §11.4
  const auto shown = parse_key(text);
  if (!shown) return fail(net::kUnauthenticated, std::string(kNotValid));
  return *shown;
}

/// Counts one for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

KeyAuthenticator::KeyAuthenticator(const jobs::Context& context, storage::Database& database)
    : database_(database),
      clock_(context.clock),
      job_(context, "api keys", [this] { return turn(); }) {}

std::optional<net::Caller> KeyAuthenticator::recall(const net::Headers& headers) {
  const Result<ShownKey> shown = shown_key(headers);
  if (!shown) return fail(shown.error());
  const KeyRecord* const record = cache_.find(shown->id, clock_.monotonic());
  if (record == nullptr) return std::nullopt;
  net::Caller caller = admit(*record, *shown);
  if (caller) cache_.count_use(shown->id);
  return caller;
}

Task<net::Caller> KeyAuthenticator::look_up(net::Headers headers) {
  const Result<ShownKey> shown = shown_key(headers);
  if (!shown) co_return fail(shown.error());
  if (lookups_ >= kMostLookups) {
    co_return fail(again_later(kOverloaded, "too many API keys are being looked up"));
  }
  const Counted counted(lookups_);
  const Duration asked_at = clock_.monotonic();
  std::vector<Uuid> wanted = {shown->id};
  Result<std::vector<KeyRecord>> found = co_await database_.run<FindKeys>(std::move(wanted));
  if (!found) co_return fail(std::move(found.error()));
  if (found->empty()) co_return fail(net::kUnauthenticated, std::string(kNotValid));
  const KeyRecord record = std::move(found->front());
  cache_.store(record, asked_at);
  net::Caller caller = admit(record, *shown);
  if (caller) cache_.count_use(shown->id);
  co_return caller;
}

net::Caller KeyAuthenticator::admit(const KeyRecord& record, const ShownKey& shown) const {
  if (!equal_hashes(record.secret_hash, shown.secret_hash)) {
    return fail(net::kUnauthenticated, std::string(kNotValid));
  }
  const std::string_view state = state_of(record.key, clock_.now());
  if (state != "active") {
    net::RefusedCaller refused(
        Problem(net::kUnauthenticated, "the API key is " + std::string(state)));
    refused.tenant = record.tenant.id();
    refused.key = record.key.id;
    return std::unexpected(std::move(refused));
  }
  return net::Principal{.tenant = record.tenant,
                        .scopes = record.key.scopes,
                        .key = record.key.id,
                        .limit = record.key.limit};
}

Task<jobs::Rest> KeyAuthenticator::turn() {
  co_await check_keys();
  std::vector<Uuid> used = cache_.begin_touch(clock_.monotonic());
  if (!used.empty()) {
    // What is not written is written in a minute: it is for people's eyes.
    co_await database_.run<TouchKeys>(std::move(used));
  }
  co_return kTurn;
}

Task<void> KeyAuthenticator::check_keys() {
  const std::vector<Uuid> due = cache_.begin_check(clock_.monotonic());
  for (std::size_t begin = 0; begin < due.size(); begin += kMostChecked) {
    const auto part = std::span(due).subspan(begin, std::min(kMostChecked, due.size() - begin));
    const Duration asked_at = clock_.monotonic();
    std::vector<Uuid> wanted(part.begin(), part.end());
    Result<std::vector<KeyRecord>> found = co_await database_.run<FindKeys>(std::move(wanted));
    if (!found) co_return;  // They answer for a moment longer, and then are looked up.
    for (KeyRecord& record : *found) cache_.store(std::move(record), asked_at);
  }
}

}  // namespace remit::auth
