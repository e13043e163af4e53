#include "remit/books/checkpoint_operations.hpp"

#include <stdexcept>
#include <utility>

#include "posting_sql.hpp"
#include "remit/storage/columns.hpp"

namespace remit::books {
namespace {

using storage::column;
using storage::ComposedStatement;
using storage::Statement;
using storage::Transaction;

constexpr Statement kLastNumber{"checkpoint_last_number", R"(
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END,
           (SELECT seqcache FROM pg_sequence WHERE seqrelid = 'posting_number'::regclass)
    FROM posting_number)"};

// Who inserts into a table has this lock on it before it draws a number, and until its transaction
// has ended and is seen by others. One that is prepared for two phases is found here as well.
constexpr Statement kWriters{"checkpoint_writers", R"(
    SELECT DISTINCT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation IN ('posting'::regclass, 'wallet_posting'::regclass)
      AND ($1::text[] IS NULL OR virtualtransaction = ANY ($1::text[])))"};

const ComposedStatement kPaymentPostings("checkpoint_payment_postings", R"(
    SELECT {columns} FROM posting p
    WHERE p.bucket = $1 AND p.tenant_id = $2 AND p.posting_id > $3 AND p.posting_id <= $4
    ORDER BY p.posting_id LIMIT $5::bigint)",
                                         {{"{columns}", payment_posting_columns()}});

const ComposedStatement kWalletPostings("checkpoint_wallet_postings", R"(
    SELECT {columns} FROM wallet_posting p
    {joins}
    WHERE p.bucket = $1 AND p.tenant_id = $2 AND p.posting_id > $3 AND p.posting_id <= $4
    ORDER BY p.posting_id LIMIT $5::bigint)",
                                        {{"{columns}", wallet_posting_columns()},
                                         {"{joins}", wallet_posting_joins()}});

constexpr std::string_view kCheckpointColumns =
    "checkpoint_id, first_posting, through_posting, postings, "
    "encode(merkle_root, 'hex') AS merkle_root, encode(previous_hash, 'hex') AS previous_hash, "
    "encode(root_hash, 'hex') AS root_hash, created_at";

const ComposedStatement kLast("checkpoint_last", R"(
    SELECT {columns}, (extract(epoch FROM clock_timestamp() - created_at) * 1000000)::bigint AS age
    FROM ledger_checkpoint WHERE bucket = $1 AND tenant_id = $2
    ORDER BY checkpoint_id DESC LIMIT 1)",
                              {{"{columns}", kCheckpointColumns}});

const ComposedStatement kListDown("checkpoint_list", R"(
    SELECT {columns} FROM ledger_checkpoint
    WHERE bucket = $1 AND tenant_id = $2
      AND checkpoint_id < coalesce($3::bigint, 9223372036854775807)
    ORDER BY checkpoint_id DESC LIMIT $4::bigint)",
                                  {{"{columns}", kCheckpointColumns}});

const ComposedStatement kListUp("checkpoint_list_up", R"(
    SELECT {columns} FROM ledger_checkpoint
    WHERE bucket = $1 AND tenant_id = $2 AND checkpoint_id > $3
    ORDER BY checkpoint_id LIMIT $4::bigint)",
                                {{"{columns}", kCheckpointColumns}});

const ComposedStatement kCovering("checkpoint_find", R"(
    SELECT {columns},
           (SELECT previous.through_posting FROM ledger_checkpoint previous
            WHERE previous.bucket = $1 AND previous.tenant_id = $2
              AND previous.checkpoint_id = c.checkpoint_id - 1) AS after
    FROM ledger_checkpoint c
    WHERE bucket = $1 AND tenant_id = $2 AND through_posting >= $3
    ORDER BY through_posting LIMIT 1)",
                                  {{"{columns}", kCheckpointColumns}});

constexpr Statement kBlocks{"checkpoint_blocks", R"(
    SELECT block, first_posting, encode(root, 'hex'),
           CASE WHEN $5::boolean THEN encode(marks, 'hex') END
    FROM ledger_block
    WHERE bucket = $1 AND tenant_id = $2 AND checkpoint_id = $3 AND block >= $4
    ORDER BY block LIMIT $6::bigint)"};

constexpr Statement kInsert{"checkpoint_insert", R"(
    INSERT INTO ledger_checkpoint (bucket, tenant_id, checkpoint_id, first_posting, through_posting,
                                   postings, merkle_root, previous_hash, root_hash, created_at)
    VALUES ($1::smallint, $2::integer, $3::bigint, $4::bigint, $5::bigint, $6::bigint,
            decode($7, 'hex'), decode($8, 'hex'), decode($9, 'hex'), now())
    ON CONFLICT DO NOTHING
    RETURNING 1)"};

constexpr Statement kInsertBlocks{"checkpoint_insert_blocks", R"(
    INSERT INTO ledger_block (bucket, tenant_id, checkpoint_id, block, first_posting, root, marks)
    SELECT $1::smallint, $2::integer, $3::bigint, block, first_posting, decode(root, 'hex'),
           decode(marks, 'hex')
    FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[])
      AS new (block, first_posting, root, marks))"};

/// In one statement: about a megabyte.
constexpr std::size_t kBlocksAtOnce = 64;

template <auto member>
constexpr storage::Column<Checkpoint> digest_column(std::string_view name) {
  return {{name, "text"}, nullptr, [](Checkpoint& row, const pqxx::field& field) {
            const auto digest = parse_digest(storage::read<std::string>(field));
            if (!digest) throw std::runtime_error("a checkpoint with a hash that is none");
            row.*member = *digest;
          }};
}

constexpr storage::Column<Checkpoint> kColumns[] = {
    column<Checkpoint, &Checkpoint::id>("checkpoint_id"),
    column<Checkpoint, &Checkpoint::first_posting>("first_posting"),
    column<Checkpoint, &Checkpoint::through_posting>("through_posting"),
    column<Checkpoint, &Checkpoint::postings>("postings"),
    digest_column<&Checkpoint::merkle_root>("merkle_root"),
    digest_column<&Checkpoint::previous_hash>("previous_hash"),
    digest_column<&Checkpoint::root_hash>("root_hash"),
    column<Checkpoint, &Checkpoint::created_at>("created_at")};

std::vector<Checkpoint> read_checkpoints(const pqxx::result& rows) {
  const storage::RowReader<Checkpoint> reader(kColumns, rows);
  std::vector<Checkpoint> checkpoints;
  for (const auto& row : rows) checkpoints.push_back(reader.read(row, {}));
  return checkpoints;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += kDigits[value >> 4U];
    hex += kDigits[value & 15U];
  }
  return hex;
}

/// Of what PostgreSQL wrote.
std::string from_hex(std::string_view hex) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
  }
  return bytes;
}

std::vector<std::string> find_writers(Transaction& transaction,
                                      const std::vector<std::string>* wanted) {
  std::optional<storage::ArrayParameter> among;
  if (wanted != nullptr) {
    among.emplace();
    for (const std::string& writer : *wanted) among->add(writer);
  }
  std::vector<std::string> writers;
  for (const auto& row : transaction.execute(kWriters, among)) {
    auto [writer] = storage::read_row<std::string>(row);
    writers.push_back(std::move(writer));
  }
  return writers;
}

std::vector<LedgerPosting> read_page(Transaction& transaction, const PostingPage& page) {
  const Statement statement = page.source.has_wallets ? kWalletPostings : kPaymentPostings;
  return read_postings(transaction.execute(statement, page.source.bucket, page.tenant, page.after,
                                           page.through, page.limit));
}

}  // namespace

void ReadPostingBound::execute(Transaction& transaction, storage::Slots<ReadPostingBound> slots) {
  for (auto& slot : slots) {
    // The number first: who has drawn it, or one before it, is found among the writers then, or has
    // ended.
    const auto [last, cached] =
        storage::read_row<std::int64_t, std::int64_t>(transaction.execute(kLastNumber).front());
    if (cached != 1) {
      slot.output = fail(kInternal, "sequence posting_number must have CACHE 1");
      continue;
    }
    slot.output = Output{.last_posting = last, .writers = find_writers(transaction, nullptr)};
  }
}

void FindWriters::execute(Transaction& transaction, storage::Slots<FindWriters> slots) {
  for (auto& slot : slots) slot.output = find_writers(transaction, &slot.input);
}

void ReadLeaves::execute(Transaction& transaction, storage::Slots<ReadLeaves> slots) {
  for (auto& slot : slots) {
    Output leaves;
    for (const LedgerPosting& posting : read_page(transaction, slot.input)) {
      leaves.push_back({posting.posting_id, leaf_hash(leaf_text(posting))});
    }
    slot.output = std::move(leaves);
  }
}

void ReadPostings::execute(Transaction& transaction, storage::Slots<ReadPostings> slots) {
  for (auto& slot : slots) slot.output = read_page(transaction, slot.input);
}

void FindLastCheckpoint::execute(Transaction& transaction,
                                 storage::Slots<FindLastCheckpoint> slots) {
  for (auto& slot : slots) {
    const pqxx::result rows = transaction.execute(kLast, slot.input.home(), slot.input.id());
    slot.output = Output();
    if (rows.empty()) continue;
    slot.output = Found{.checkpoint = read_checkpoints(rows).front(),
                        .age = Duration(storage::read<std::int64_t>(rows.front()["age"]))};
  }
}

void ListCheckpoints::execute(Transaction& transaction, storage::Slots<ListCheckpoints> slots) {
  for (auto& slot : slots) {
    const Input& input = slot.input;
    const Bucket bucket = input.tenant.home();
    const TenantId tenant = input.tenant.id();
    slot.output = read_checkpoints(
        input.after ? transaction.execute(kListUp, bucket, tenant, *input.after, input.limit)
                    : transaction.execute(kListDown, bucket, tenant, input.before, input.limit));
  }
}

void FindCheckpoint::execute(Transaction& transaction, storage::Slots<FindCheckpoint> slots) {
  for (auto& slot : slots) {
    const Tenant& tenant = slot.input.tenant;
    const pqxx::result rows =
        transaction.execute(kCovering, tenant.home(), tenant.id(), slot.input.posting_id);
    slot.output = Output();
    if (rows.empty()) continue;
    const auto after = storage::read<std::optional<std::int64_t>>(rows.front()["after"]);
    slot.output =
        Covering{.checkpoint = read_checkpoints(rows).front(), .after = after.value_or(kBeforeAll)};
  }
}

void ReadBlocks::execute(Transaction& transaction, storage::Slots<ReadBlocks> slots) {
  using Maybe = std::optional<std::string>;
  for (auto& slot : slots) {
    const Input& input = slot.input;
    Output blocks;
    for (const auto& row :
         transaction.execute(kBlocks, input.tenant.home(), input.tenant.id(), input.checkpoint_id,
                             input.from, input.with_marks, input.limit)) {
      const auto [number, first, root, marks] =
          storage::read_row<std::int64_t, std::int64_t, std::string, Maybe>(row);
      blocks.push_back({.number = number,
                        .first_posting = first,
                        .root = parse_digest(root).value(),
                        .marks = from_hex(marks.value_or(""))});
    }
    slot.output = std::move(blocks);
  }
}

void InsertCheckpoint::execute(Transaction& transaction, storage::Slots<InsertCheckpoint> slots) {
  for (auto& slot : slots) {
    const auto& [tenant, checkpoint, blocks] = slot.input;
    slot.output = !transaction
                       .execute(kInsert, tenant.home(), tenant.id(), checkpoint.id,
                                checkpoint.first_posting, checkpoint.through_posting,
                                checkpoint.postings, to_hex(checkpoint.merkle_root),
                                to_hex(checkpoint.previous_hash), to_hex(checkpoint.root_hash))
                       .empty();
    for (std::size_t from = 0; *slot.output && from < blocks.size(); from += kBlocksAtOnce) {
      storage::ArrayParameter numbers, firsts, roots, marks;
      for (std::size_t i = from; i < std::min(from + kBlocksAtOnce, blocks.size()); ++i) {
        numbers.add(blocks[i].number);
        firsts.add(blocks[i].first_posting);
        roots.add(to_hex(blocks[i].root));
        marks.add(hex_of(blocks[i].marks));
      }
      transaction.execute(kInsertBlocks, tenant.home(), tenant.id(), checkpoint.id, numbers, firsts,
                          roots, marks);
    }
  }
}

}  // namespace remit::books
