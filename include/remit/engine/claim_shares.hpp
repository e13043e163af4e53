// How many a claim takes of each tenant: those who have been given least come first, until all have
// as much (max-min fairness). What one has too little work for goes to the others, in rounds.
//
//   ClaimShares shares(limit, {{.held = 0}, {.held = 12, .most = 3}});
//   while (const auto round = shares.next_round()) {
//     … take of each up to (*round)[i] …
//     shares.on_taken(taken);
//   }
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace remit::engine {

class ClaimShares {
 public:
  /// Of one tenant. Of equal ones the first comes first.
  struct Want {
    std::int64_t held = 0;  ///< what it has already
    std::int64_t most = 0;  ///< what it may be given beyond that
  };
  using Counts = std::vector<std::int64_t>;

  ClaimShares(std::int64_t limit, std::vector<Want> wants)
      : left_(limit), wants_(std::move(wants)), asked_(wants_.size()) {}

  /// For each, how many. Empty: all is given, or none has more.
  [[nodiscard]] std::optional<Counts> next_round();
  /// Of what the last round asked for. Who gave less has no more.
  void on_taken(const Counts& taken);

 private:
  std::int64_t left_;
  std::vector<Want> wants_;
  Counts asked_;
};

}  // namespace remit::engine
