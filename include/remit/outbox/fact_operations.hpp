// Facts about what is no row of a database, such as a circuit of a process. Values; `run` it on the
// loop thread.
#pragma once

#include <vector>

#include "remit/outbox/fact.hpp"
#include "remit/storage/operation.hpp"

namespace remit::outbox {

/// Writes them down, in their order. When the answer is lost, they may have been written: who tells
/// them again may tell them twice.
struct TellFacts {
  struct Input {
    Tenant tenant;
    std::vector<Fact> facts;
  };
  using Output = void;
  static constexpr std::string_view kName = "event_tell";
  static Bucket bucket_of(const Input& input) { return input.tenant.home(); }
  static void execute(storage::Transaction& transaction, storage::Slots<TellFacts> slots);
};

}  // namespace remit::outbox
