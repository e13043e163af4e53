// remit-simulation: runs seeds, prints how to repeat those that fail, and what all of it came to.
#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "simulation/run.hpp"

namespace remit::simulation {
namespace {

using Steady = std::chrono::steady_clock;

struct CommandLine {
  std::uint64_t seed = 1;
  std::string seeds;
  std::int64_t payments = 200;
  double hours = 0.05;
  double for_seconds = 0;
  bool until_failure = false;
  bool trace = false;
  bool digest = false;
  bool wallets = false;
};

struct Range {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// "A..B", A not above B.
std::optional<Range> parse_range(const std::string& text) {
  Range range;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec != std::errc() || !std::string_view(first.ptr, end).starts_with("..")) return {};
  const auto last = std::from_chars(first.ptr + 2, end, range.last);
  if (last.ec != std::errc() || last.ptr != end || range.last < range.first) return {};
  return range;
}

std::string check_range(const std::string& text) {
  return parse_range(text) ? std::string() : "must be A..B, as 1..1000";
}

Range range_of(const CommandLine& line) {
  constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  Range range{line.seed, line.seed};
  if (const std::optional<Range> seeds = parse_range(line.seeds)) range = *seeds;
  if (line.until_failure || (line.for_seconds > 0 && line.seeds.empty())) range.last = kNoEnd;
  return range;
}

std::string repeating(const CommandLine& line, std::uint64_t seed) {
  char hours[32];
  std::snprintf(hours, sizeof(hours), "%g", line.hours);
  return "remit-simulation --seed " + std::to_string(seed) + " --payments " +
         std::to_string(line.payments) + " --hours " + hours + (line.wallets ? " --wallets" : "");
}

struct Totals {
  std::int64_t seeds = 0;
  std::int64_t payments = 0;
  std::int64_t events = 0;
  std::int64_t violations = 0;
  FaultCounts faults{};

  void add(const Report& report) {
    ++seeds;
    payments += report.payments;
    events += report.events;
    violations += static_cast<std::int64_t>(report.violations.size());
    for (std::size_t i = 0; i < kFaults; ++i) faults[i] += report.faults[i];
  }

  void print(double seconds) const {
    std::cout << "seeds " << seeds << ", payments " << payments << ", faults " << total(faults)
              << ", violations " << violations << ", events " << events << "\n";
    for (std::size_t i = 0; i < kFaults; ++i) {
      std::cout << "  " << to_string(static_cast<Fault>(i)) << " " << faults[i] << "\n";
    }
    std::cout << static_cast<std::int64_t>(static_cast<double>(payments) / seconds)
              << " payments per second" << std::endl;
  }
};

int run(const CommandLine& line) {
  const Range range = range_of(line);
  const Steady::time_point begin = Steady::now();
  const auto elapsed = [begin] {
    return std::chrono::duration<double>(Steady::now() - begin).count();
  };
  Totals totals;
  for (std::uint64_t seed = range.first;; ++seed) {
    const Report report =
        run_simulation({.seed = seed,
                        .payments = line.payments,
                        .trouble = Duration(static_cast<std::int64_t>(line.hours * 3.6e9)),
                        .trace = line.trace,
                        .shape = line.wallets ? &with_wallets : nullptr});
    totals.add(report);
    if (line.digest) std::cout << report.digest << std::endl;
    if (line.trace) std::cout << report.trace;
    if (!report.violations.empty()) {
      std::cout << "seed " << seed << " failed: " << repeating(line, seed) << "\n";
      for (const std::string& violation : report.violations) std::cout << violation;
      std::cout.flush();
      if (line.until_failure) break;
    }
    if (seed == range.last || (line.for_seconds > 0 && elapsed() >= line.for_seconds)) break;
  }
  totals.print(elapsed());
  return totals.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace remit::simulation

int main(int argc, char** argv) {
  remit::simulation::CommandLine line;
  CLI::App app{"Simulates remit: payments in a world of faults that a seed decides"};
  app.add_option("--seed", line.seed, "the first seed");
  app.add_option("--seeds", line.seeds, "from A to B, as A..B")
      ->check(remit::simulation::check_range);
  app.add_option("--payments", line.payments, "payments per seed")->check(CLI::Range(1, 100'000));
  app.add_option("--hours", line.hours, "of simulated trouble")->check(CLI::Range(0.001, 1000.0));
  app.add_option("--seconds", line.for_seconds, "go on for so long");
  app.add_flag("--wallets", line.wallets, "wallets are used, and providers have no troubles");
  app.add_flag("--until-failure", line.until_failure, "go on until a seed fails");
  app.add_flag("--digest", line.digest, "print what stands for all events of each seed");
  app.add_flag("--trace", line.trace, "print the last events");
  CLI11_PARSE(app, argc, argv);
  try {
    return remit::simulation::run(line);
  } catch (const std::exception& error) {
    std::cerr << "remit-simulation: " << error.what() << std::endl;
    return 1;
  }
}
