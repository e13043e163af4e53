#include "remit/base/histogram.hpp"

#include <gtest/gtest.h>

#include <array>

namespace remit {
namespace {

TEST(Histogram, CountsAValueUpToItsBound) {
  static constexpr std::array kBounds = {1.0, 2.0, 4.0};
  Histogram histogram(kBounds);
  for (const double value : {0.0, 1.0, 1.5, 2.0, 4.0, 4.1, 100.0}) histogram.add(value);
  EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{2, 2, 1, 2}));
  EXPECT_DOUBLE_EQ(histogram.sum(), 112.6);
}

}  // namespace
}  // namespace remit
