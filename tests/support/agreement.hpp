// Whether the books of the providers, the database and what clients were told are one story: the
// invariants of the design, examined from outside after whatever has happened to the service.
//
// Main thread, while nobody is paying. Everything found is said in words; nothing found is an empty
// list. Throws std::runtime_error when the world, the database or an instance does not answer.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "support/http_api.hpp"
#include "support/product.hpp"
#include "support/retrying_client.hpp"

namespace remit::test {

using Disagreements = std::vector<std::string>;

/// What a scenario allows beyond "everything accepted is COMPLETED".
struct Allowances {
  bool failed = false;     ///< FAILED and CANCELLED are ends, too
  bool open = false;       ///< payments may be under way still; summaries are not compared then
  bool strangers = false;  ///< payments that no promise is about
};

struct Examined {
  const SandboxProcess& world;
  std::string database;            ///< its URL
  std::vector<HttpApi> instances;  ///< each is asked for summaries and for replays
  std::vector<Promise> promises;
  Allowances allowed = {};
};

[[nodiscard]] Disagreements find_disagreements(const Examined& examined);

/// What a campaign is judged by.
struct Tally {
  int payments = 0;  ///< accepted
  int lost = 0;      ///< accepted, and not there or not final
  int doubled = 0;   ///< operations on the books more than once, legs settled more than once
};

[[nodiscard]] Tally tally_of(const SandboxProcess& world, const std::string& database,
                             const std::vector<Promise>& promises);

/// Until no saga has anything left to do; false when one still has after `timeout`.
[[nodiscard]] bool await_no_open_work(const std::string& database,
                                      std::chrono::milliseconds timeout = std::chrono::seconds(60));

/// One a line, for a test's message.
[[nodiscard]] std::string in_lines(const Disagreements& disagreements);

}  // namespace remit::test
