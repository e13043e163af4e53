// The seed of a simulated run: everything that is not decided by the product is decided here.
//
// The numbers are a function of the seed alone, the same with every compiler and library (the
// distributions of <random> are not). One owner; forks are independent streams, so that a part that
// draws more often does not shift the luck of another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "remit/base/time.hpp"

namespace remit::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  /// `low` … `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(next() % span);
  }
  Duration between(Duration low, Duration high) {
    return Duration(between(low.count(), high.count()));
  }

  /// True `permille` times in a thousand.
  bool chance(std::int64_t permille) { return between(0, 999) < permille; }

  template <class List>
  auto& pick(List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(list.size()) - 1))];
  }

  Random fork() { return Random(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace remit::simulation
