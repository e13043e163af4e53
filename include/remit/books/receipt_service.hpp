// Receipts: what a payment or a transaction has posted, with the proof that it is in a checkpoint;
// and the checkpoints themselves (docs/receipts.md).
//
// Owned by the Application; loop thread. Problems: kPaymentNotFound, kTransactionNotFound,
// kCheckpointNotFound, those of the database, and kInternal when what is in the ledger is not what
// its checkpoint says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "remit/base/task.hpp"
#include "remit/books/checkpoint_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::books {

inline constexpr ProblemCode kCheckpointNotFound{"CHECKPOINT_NOT_FOUND", 404,
                                                 "There is no such checkpoint"};

/// A posting under a checkpoint.
struct Proof {
  Checkpoint checkpoint;
  std::int64_t leaf_index = 0;
  std::vector<Digest> audit_path;  ///< from below
};

struct ProvenPosting {
  LedgerPosting posting;
  std::optional<Proof> proof;  ///< empty: no checkpoint covers it yet
};

struct Receipt {
  std::vector<ProvenPosting> postings;
  /// It has moved something that is not written by itself, but follows from the payment (decision
  /// 4): there is no proof of that.
  bool follows = false;

  [[nodiscard]] bool is_pending() const;
};

class ReceiptService {
 public:
  explicit ReceiptService(storage::Database& database) : database_(database) {}

  Task<Result<Receipt>> of_payment(Tenant tenant, Uuid id);
  Task<Result<Receipt>> of_transaction(Tenant tenant, Uuid id);

  Task<Result<std::vector<Checkpoint>>> list(ListCheckpoints::Input wanted);
  Task<Result<Checkpoint>> latest(Tenant tenant);

 private:
  /// One block of a checkpoint, to prove what is in it.
  struct Open {
    FindCheckpoint::Covering covering;
    std::vector<Digest> roots;  ///< of all blocks
    std::int64_t block = 0;
    std::vector<Leaf> leaves;    ///< of that block
    std::vector<Digest> hashes;  ///< theirs
  };
  Task<Result<Receipt>> receipt(Tenant tenant, Uuid id);
  Task<Result<std::optional<Proof>>> prove(Tenant tenant, std::int64_t posting_id,
                                           std::optional<Open>* open);
  Task<Result<Open>> open_block(Tenant tenant, FindCheckpoint::Covering covering,
                                std::int64_t posting_id);
  Task<Result<LedgerPosting>> read(Tenant tenant, std::int64_t posting_id);

  storage::Database& database_;
};

}  // namespace remit::books
