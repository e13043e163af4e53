#include "book_requests.hpp"

#include "remit/net/query_reader.hpp"

namespace remit::books {
namespace {

constexpr std::size_t kMaxAccount = 200;

}  // namespace

Result<ListEntries::Input> read_entry_list(const net::Request& request) {
  net::QueryReader query(request, {"limit", "cursor", "account_id", "transaction_id"});
  ListEntries::Input wanted{.tenant = request.tenant(), .limit = query.limit()};
  wanted.account = query.text("account_id");
  if (wanted.account && wanted.account->size() > kMaxAccount) {
    query.add_error("account_id", "must be at most 200 bytes");
  }
  if (const auto text = query.text("transaction_id")) {
    wanted.transaction = Uuid::parse(*text);
    if (!wanted.transaction) query.add_error("transaction_id", "must be a UUID");
  }
  if (const auto cursor = query.cursor()) {
    const auto [posting, is_debit] = ledger::numbers_of(*cursor);
    if (posting < 0) query.add_error("cursor", "is not one that was given out here");
    wanted.before = {.posting_id = posting, .is_debit = is_debit != 0};
  }
  if (!query.ok()) return fail(query.problem());
  return wanted;
}

}  // namespace remit::books
