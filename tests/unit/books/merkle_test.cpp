#include "remit/books/merkle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "remit/books/checkpoint.hpp"

namespace remit::books::test {
namespace {

using namespace std::string_literals;

Digest digest(std::string_view hex) { return parse_digest(hex).value(); }

/// Those of Certificate Transparency's own tests, with the roots of their first 1 to 8.
const std::array<std::string, 8> kEntries = {"",
                                             "\x00"s,
                                             "\x10"s,
                                             "\x20\x21"s,
                                             "\x30\x31"s,
                                             "\x40\x41\x42\x43"s,
                                             "\x50\x51\x52\x53\x54\x55\x56\x57"s,
                                             "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b"
                                             "\x6c\x6d\x6e\x6f"s};
constexpr std::array<std::string_view, 8> kRoots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> hashes_of(std::size_t count) {
  std::vector<Digest> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(std::to_string(i)));
  return hashes;
}

/// As a verifier does it (RFC 9162 §2.1.3.2), which knows the path alone.
Digest root_from_path(Digest hash, std::size_t index, std::size_t size,
                      const std::vector<Digest>& path) {
  std::size_t last = size - 1;
  for (const Digest& sibling : path) {
    if (last == 0) throw std::runtime_error("the path is too long");
    if (index % 2 == 1 || index == last) {
      hash = node_hash(sibling, hash);
      while (index % 2 == 0 && index != 0) {
        index /= 2;
        last /= 2;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    index /= 2;
    last /= 2;
  }
  if (last != 0) throw std::runtime_error("the path is too short");
  return hash;
}

TEST(Merkle, TheRootsAreThoseOfCertificateTransparency) {
  std::vector<Digest> hashes;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    hashes.push_back(leaf_hash(kEntries[i]));
    EXPECT_EQ(to_hex(merkle_root(hashes)), kRoots[i]) << i + 1;
  }
}

TEST(Merkle, APathLeadsFromEachLeafToTheRoot) {
  for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 8U, 21U, 64U, 100U}) {
    const std::vector<Digest> hashes = hashes_of(size);
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_EQ(root_from_path(hashes[i], i, size, audit_path(hashes, i)), merkle_root(hashes))
          << i << " of " << size;
    }
  }
}

TEST(Merkle, ATreeWithoutLeavesIsADefect) {
  EXPECT_THROW(static_cast<void>(merkle_root({})), std::logic_error);
  EXPECT_THROW(static_cast<void>(audit_path(hashes_of(2), 2)), std::logic_error);
}

TEST(Merkle, TheRootOverBlocksIsThatOverLeaves) {
  for (const std::size_t size : {1U, 1023U, 1024U, 1025U, 2047U, 2048U, 3000U, 5121U}) {
    const std::vector<Digest> hashes = hashes_of(size);
    BlockBuilder builder;
    for (std::size_t i = 0; i < size; ++i) {
      builder.add({static_cast<std::int64_t>(3 * i + 7), hashes[i]});
    }
    EXPECT_EQ(builder.leaves(), static_cast<std::int64_t>(size));
    const std::vector<Block> blocks = builder.finish();
    EXPECT_EQ(blocks.size(), (size + 1023) / 1024);
    EXPECT_EQ(root_of(blocks), merkle_root(hashes)) << size;
    EXPECT_EQ(blocks.back().first_posting,
              static_cast<std::int64_t>(3 * 1024 * (blocks.size() - 1) + 7));
  }
}

TEST(Merkle, APathGoesThroughItsBlockAndThenOverTheBlocks) {
  const std::vector<Digest> hashes = hashes_of(2'500);
  BlockBuilder builder;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    builder.add({static_cast<std::int64_t>(i), hashes[i]});
  }
  std::vector<Digest> roots;
  for (const Block& block : builder.finish()) roots.push_back(block.root);
  for (const std::size_t index : {0U, 1023U, 1024U, 2047U, 2048U, 2499U}) {
    const std::size_t block = index / kBlockLeaves;
    const auto first = static_cast<std::ptrdiff_t>(block * kBlockLeaves);
    const auto end = std::min(first + 1024, std::ssize(hashes));
    const std::vector<Digest> own(hashes.begin() + first, hashes.begin() + end);
    std::vector<Digest> path = audit_path(own, index % kBlockLeaves);
    const std::vector<Digest> above = audit_path(roots, block);
    path.insert(path.end(), above.begin(), above.end());
    EXPECT_EQ(path, audit_path(hashes, index));
  }
}

TEST(Merkle, AMarkHasTheIdAndTheFirstBytesOfTheHash) {
  const Leaf leaf{0x0102030405060708, digest(kRoots[0])};
  EXPECT_EQ(mark_of(leaf), "\x01\x02\x03\x04\x05\x06\x07\x08\x6e\x34\x0b\x9c");
  EXPECT_EQ(marked_posting(mark_of(leaf)), leaf.posting_id);
  EXPECT_EQ(marked_posting(mark_of({-5, {}})), -5);
}

// What is hashed can never change: receipts and checkpoints that are out there were made of it.
TEST(CheckpointText, APostingHasThisTextForEver) {
  LedgerPosting posting{
      .posting_id = 17,
      .transaction_id = Uuid::parse("0193a5f0-7a10-8000-8000-00000000027b").value(),
      .kind = "transfer",
      .debit_account = "wallet:bob",
      .credit_account = "wallet:alice",
      .amount = 250,
      .currency = "USD",
      .debit_after = 1250,
      .credit_after = 0,
      .posted_at = parse_timestamp("2026-12-01T10:20:30.000045Z").value()};
  EXPECT_EQ(leaf_text(posting),
            R"({"posting_id":"17","transaction_id":"0193a5f0-7a10-8000-8000-00000000027b",)"
            R"("kind":"transfer","debit_account":"wallet:bob","credit_account":"wallet:alice",)"
            R"("amount":250,"currency":"USD","debit_balance_after":1250,)"
            R"("credit_balance_after":0,"posted_at":"2026-12-01T10:20:30.000045Z"})");
  EXPECT_EQ(to_hex(leaf_hash(leaf_text(posting))),
            "b51d5a830ca3d4d5751511d35b1006af976c3e60ce611f4ed58073981ad637b1");
  posting.debit_after.reset();
  posting.posted_at = parse_timestamp("2026-12-01T10:20:30Z").value();
  EXPECT_NE(leaf_text(posting).find(R"("debit_balance_after":null)"), std::string::npos);
  EXPECT_NE(leaf_text(posting).find(R"("posted_at":"2026-12-01T10:20:30.000000Z")"),
            std::string::npos);
}

TEST(CheckpointText, ACheckpointHasThisHashForEver) {
  const Checkpoint checkpoint{.id = 3,
                              .first_posting = 40,
                              .through_posting = 65'537,
                              .postings = 258,
                              .merkle_root = digest(kRoots[1]),
                              .previous_hash = digest(kRoots[2])};
  EXPECT_EQ(to_hex(root_hash_of(checkpoint)),
            "ddd5c7187643ec99d19a49b4d21cf3e9584235abbf2b882cca31dd218a9d3e68");
}

}  // namespace
}  // namespace remit::books::test
