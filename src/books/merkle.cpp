#include "remit/books/merkle.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace remit::books {
namespace {

constexpr unsigned char kLeaf = 0;
constexpr unsigned char kNode = 1;
constexpr std::size_t kNumberSize = 8;

Digest node_hash(Sha256& hash, const Digest& left, const Digest& right) {
  return hash.add(kNode).add(left).add(right).finish();
}

/// Of a list that is longer than one.
std::size_t division(std::size_t length) { return std::bit_floor(length - 1); }

Digest root_over(Sha256& hash, std::span<const Digest> hashes) {
  if (hashes.size() == 1) return hashes.front();
  const std::size_t left = division(hashes.size());
  const Digest left_root = root_over(hash, hashes.first(left));
  return node_hash(hash, left_root, root_over(hash, hashes.subspan(left)));
}

void add_path(Sha256& hash, std::span<const Digest> hashes, std::size_t index,
              std::vector<Digest>& path) {
  if (hashes.size() == 1) return;
  const std::size_t middle = division(hashes.size());
  const auto left = hashes.first(middle);
  const auto right = hashes.subspan(middle);
  if (index < middle) {
    add_path(hash, left, index, path);
    path.push_back(root_over(hash, right));
  } else {
    add_path(hash, right, index - middle, path);
    path.push_back(root_over(hash, left));
  }
}

}  // namespace

Digest leaf_hash(std::string_view leaf) { return Sha256().add(kLeaf).add(leaf).finish(); }

Digest node_hash(const Digest& left, const Digest& right) {
  Sha256 hash;
  return node_hash(hash, left, right);
}

Digest merkle_root(std::span<const Digest> hashes) {
  if (hashes.empty()) throw std::logic_error("a tree without leaves");
  Sha256 hash;
  return root_over(hash, hashes);
}

std::vector<Digest> audit_path(std::span<const Digest> hashes, std::size_t index) {
  if (index >= hashes.size()) throw std::logic_error("a path to a leaf that is not there");
  std::vector<Digest> path;
  Sha256 hash;
  add_path(hash, hashes, index, path);
  return path;
}

std::string big_endian(std::int64_t number) {
  std::string bytes;
  for (std::size_t i = kNumberSize; i-- > 0;) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFFU);
  }
  return bytes;
}

std::string mark_of(const Leaf& leaf) {
  std::string mark = big_endian(leaf.posting_id);
  for (std::size_t i = 0; mark.size() < kMarkSize; ++i) mark += static_cast<char>(leaf.hash[i]);
  return mark;
}

std::int64_t marked_posting(std::string_view mark) {
  std::uint64_t number = 0;
  for (const char byte : mark.substr(0, kNumberSize)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number);
}

void BlockBuilder::add(const Leaf& leaf) {
  open_.push_back(leaf.hash);
  marks_ += mark_of(leaf);
  ++leaves_;
  last_posting_ = leaf.posting_id;
  if (open_.size() == kBlockLeaves) close_block();
}

void BlockBuilder::close_block() {
  closed_.push_back({.number = static_cast<std::int64_t>(closed_.size()),
                     .first_posting = marked_posting(marks_),
                     .root = merkle_root(open_),
                     .marks = std::exchange(marks_, {})});
  open_.clear();
}

std::vector<Block> BlockBuilder::finish() {
  if (!open_.empty()) close_block();
  leaves_ = 0;
  return std::exchange(closed_, {});
}

Digest root_of(std::span<const Block> blocks) {
  std::vector<Digest> roots;
  roots.reserve(blocks.size());
  for (const Block& block : blocks) roots.push_back(block.root);
  return merkle_root(roots);
}

}  // namespace remit::books
