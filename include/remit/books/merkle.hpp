// The Merkle tree of RFC 6962 (§2.1) over the leaves of a checkpoint, with SHA-256. A leaf and a
// node are hashed with a different first byte, and a list is divided at the largest power of two
// that is below its length. So the full blocks of a list are subtrees of its tree, and the root of
// the list is the root over the roots of its blocks.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/sha256.hpp"

namespace remit::books {

[[nodiscard]] Digest leaf_hash(std::string_view leaf);
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);

/// Of the hashes of leaves, or of the roots of equal blocks that are powers of two (the last block
/// may be smaller). At least one; std::logic_error otherwise.
[[nodiscard]] Digest merkle_root(std::span<const Digest> hashes);

/// What the hash at `index` is combined with on its way to the root, from below.
[[nodiscard]] std::vector<Digest> audit_path(std::span<const Digest> hashes, std::size_t index);

/// What has been hashed of a posting.
struct Leaf {
  std::int64_t posting_id = 0;
  Digest hash = {};
};

inline constexpr std::size_t kBlockLeaves = 1024;

/// A subtree over kBlockLeaves leaves; the last of a checkpoint may have fewer.
struct Block {
  std::int64_t number = 0;
  std::int64_t first_posting = 0;
  Digest root = {};
  /// Of each leaf kMarkSize bytes: see mark_of.
  std::string marks = {};
};

/// Eight bytes of a posting's id, and the first four of its hash.
inline constexpr std::size_t kMarkSize = 12;
[[nodiscard]] std::string mark_of(const Leaf& leaf);
/// Of the mark at the beginning of the text.
[[nodiscard]] std::int64_t marked_posting(std::string_view mark);

/// Makes blocks of leaves, however many are added at a time. Keeps one block's hashes, and what
/// Block has of the others.
class BlockBuilder {
 public:
  void add(const Leaf& leaf);
  [[nodiscard]] std::int64_t leaves() const { return leaves_; }
  [[nodiscard]] std::int64_t last_posting() const { return last_posting_; }
  /// All, once; then it begins again.
  [[nodiscard]] std::vector<Block> finish();

 private:
  void close_block();

  std::vector<Digest> open_;
  std::string marks_;
  std::vector<Block> closed_;
  std::int64_t leaves_ = 0;
  std::int64_t last_posting_ = 0;
};

/// The root of a whole checkpoint. At least one; std::logic_error otherwise.
[[nodiscard]] Digest root_of(std::span<const Block> blocks);

/// A number as eight bytes, the highest first.
[[nodiscard]] std::string big_endian(std::int64_t number);

}  // namespace remit::books
