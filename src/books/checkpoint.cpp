#include "remit/books/checkpoint.hpp"

#include <array>
#include <cstdio>

#include "remit/books/merkle.hpp"
#include "remit/net/json_writer.hpp"

namespace remit::books {
namespace {

constexpr unsigned char kCheckpoint = 2;  ///< the first byte, after that of leaves and of nodes
constexpr std::size_t kUsualLeaf = 384;

/// Always with six digits, so that an instant has one text.
std::string microseconds_text(Timestamp time) {
  std::string text = to_rfc3339_milliseconds(time);
  const auto fine = time - std::chrono::floor<std::chrono::milliseconds>(time);
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%03d", static_cast<int>(fine.count()));
  text.insert(text.size() - 1, digits.data());
  return text;
}

void add_or_null(net::JsonWriter& json, std::string_view name,
                 const std::optional<std::int64_t>& value) {
  json.name(name);
  if (value) {
    json.integer(*value);
  } else {
    json.null();
  }
}

}  // namespace

std::string leaf_text(const LedgerPosting& posting) {
  net::JsonWriter json;
  json.reserve(kUsualLeaf);
  json.begin_object()
      .member("posting_id", std::to_string(posting.posting_id))
      .member("transaction_id", posting.transaction_id.to_string())
      .member("kind", posting.kind)
      .member("debit_account", posting.debit_account)
      .member("credit_account", posting.credit_account)
      .member("amount", posting.amount)
      .member("currency", posting.currency);
  add_or_null(json, "debit_balance_after", posting.debit_after);
  add_or_null(json, "credit_balance_after", posting.credit_after);
  json.member("posted_at", microseconds_text(posting.posted_at)).end_object();
  return json.take();
}

Digest root_hash_of(const Checkpoint& checkpoint) {
  return Sha256()
      .add(kCheckpoint)
      .add(checkpoint.previous_hash)
      .add(checkpoint.merkle_root)
      .add(big_endian(checkpoint.id))
      .add(big_endian(checkpoint.postings))
      .add(big_endian(checkpoint.through_posting))
      .finish();
}

}  // namespace remit::books
