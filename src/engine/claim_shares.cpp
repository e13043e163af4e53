#include "remit/engine/claim_shares.hpp"

#include <algorithm>
#include <utility>

namespace remit::engine {

std::optional<ClaimShares::Counts> ClaimShares::next_round() {
  std::ranges::fill(asked_, 0);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < wants_.size(); ++i) {
    if (wants_[i].most > 0) open.push_back(i);
  }
  if (open.empty() || left_ <= 0) return std::nullopt;
  std::ranges::sort(open, {}, [this](std::size_t i) { return std::pair(wants_[i].held, i); });
  // The level rises from one to the next: the first `filled` of them have reached it.
  std::int64_t left = left_;
  while (left > 0 && !open.empty()) {
    const std::int64_t level = wants_[open.front()].held + asked_[open.front()];
    const auto above = std::ranges::find_if(
        open, [&](std::size_t i) { return wants_[i].held + asked_[i] > level; });
    const std::int64_t filled = above - open.begin();
    std::int64_t rise = left / filled;
    if (above != open.end()) rise = std::min(rise, wants_[*above].held - level);
    for (auto i = open.begin(); i != above; ++i) {
      rise = std::min(rise, wants_[*i].most - asked_[*i]);
    }
    for (auto i = open.begin(); i != above; ++i) {
      const std::int64_t given = rise > 0 ? rise : std::int64_t{left > 0};
      asked_[*i] += given;
      left -= given;
    }
    std::erase_if(open, [this](std::size_t i) { return asked_[i] == wants_[i].most; });
  }
  return asked_;
}

void ClaimShares::on_taken(const Counts& taken) {
  for (std::size_t i = 0; i < wants_.size(); ++i) {
    Want& want = wants_[i];
    want.held += taken[i];
    want.most = taken[i] < asked_[i] ? 0 : want.most - taken[i];
    left_ -= taken[i];
  }
}

}  // namespace remit::engine
