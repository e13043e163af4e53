// A database that has one posting of a wallet, under the only checkpoint, and one finding, whatever
// is asked for.
#pragma once

#include <optional>
#include <vector>

#include "remit/books/balance_operations.hpp"
#include "remit/books/checkpoint_operations.hpp"
#include "remit/books/entry_operations.hpp"
#include "remit/reconciliation/finding_operations.hpp"
#include "remit/wallets/history_operations.hpp"
#include "support/fake_database.hpp"

namespace remit::app::test {

class FakeBooks {
 public:
  explicit FakeBooks(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace books;
    const LedgerPosting posting{.posting_id = kPosting,
                                .kind = "deposit",
                                .debit_account = "wallet:alice",
                                .credit_account = "funding",
                                .amount = 100,
                                .currency = "USD",
                                .debit_after = 100,
                                .posted_at = now};
    const Leaf leaf{kPosting, leaf_hash(leaf_text(posting))};
    Checkpoint checkpoint{.id = 1,
                          .first_posting = kPosting,
                          .through_posting = kPosting,
                          .postings = 1,
                          .merkle_root = leaf.hash,
                          .created_at = now};
    checkpoint.root_hash = root_hash_of(checkpoint);
    const ledger::Entry entry{.id = ledger::entry_id(kPosting, true),
                              .account = "wallet:alice",
                              .counter_account = "funding",
                              .is_debit = true,
                              .amount = {100, Currency::USD},
                              .balance_after = 100,
                              .at = now,
                              .description = "deposit"};
    database.on<ListEntries>([=](const auto&) {
      return Result<ListEntries::Output>(ListEntries::Output{.entries = {entry}, .next = {}});
    });
    database.on<ListCheckpoints>(
        [=](const auto&) { return Result<std::vector<Checkpoint>>(std::vector{checkpoint}); });
    database.on<FindLastCheckpoint>([=](const auto&) {
      return Result<FindLastCheckpoint::Output>(
          FindLastCheckpoint::Found{.checkpoint = checkpoint});
    });
    database.on<FindCheckpoint>([=](const auto&) {
      return Result<FindCheckpoint::Output>(FindCheckpoint::Covering{.checkpoint = checkpoint});
    });
    database.on<ReadBlocks>([=](const auto&) {
      const Block block{.number = 0, .first_posting = kPosting, .root = leaf.hash};
      return Result<std::vector<Block>>(std::vector{block});
    });
    database.on<ReadLeaves>([=](const PostingPage& page) {
      return Result<std::vector<Leaf>>(page.source.has_wallets ? std::vector{leaf}
                                                               : std::vector<Leaf>());
    });
    database.on<ReadPostings>(
        [=](const auto&) { return Result<std::vector<LedgerPosting>>(std::vector{posting}); });
    show_history(database, entry, now);
    show_reconciliation(database, now);
  }

 private:
  static constexpr std::int64_t kPosting = 17;

  static void show_reconciliation(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace reconciliation;
    const books::TrialBalance balance{.postings = 1, .debits = 100, .credits = 100};
    database.on<books::FindTrialBalance>([=](const auto&) {
      return Result<books::FindTrialBalance::Output>(
          books::FindTrialBalance::Output{.at = now, .currencies = {balance}});
    });
    Finding finding;
    finding.kind = kWalletReserved;
    finding.resource = "/wallets/alice";
    finding.expected = R"({"reserved":0})";
    finding.found = R"({"reserved":7})";
    finding.found_at = finding.last_seen_at = now;
    database.on<ListFindings>(
        [=](const auto&) { return Result<std::vector<Finding>>(std::vector{finding}); });
    database.on<FindFinding>([=](const auto&) { return Result<std::optional<Finding>>(finding); });
  }

  static void show_history(remit::test::FakeDatabase& database, const ledger::Entry& entry,
                           Timestamp now) {
    using namespace wallets;
    Wallet alice;
    alice.user_id = alice.name = "alice";
    alice.balance = 100;
    alice.created_at = alice.updated_at = now;
    database.on<FindWalletAt>([=](const auto&) {
      return Result<FindWalletAt::Output>(WalletThen{.wallet = alice, .balance = 100});
    });
    database.on<FindStatement>([=](const auto&) {
      return Result<FindStatement::Output>(StatementSpan{.opened_at = now, .to = now});
    });
    database.on<ListStatement>([=](const auto&) {
      const StatementEntry shown{.posting_id = kPosting, .entry = entry};
      return Result<std::vector<StatementEntry>>(std::vector{shown});
    });
  }
};

}  // namespace remit::app::test
