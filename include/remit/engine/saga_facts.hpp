// What is told of a saga: the facts that its acceptance and its steps make, as its plan says.
//
// Pure; any thread.
#pragma once

#include <vector>

#include "remit/engine/saga_machine.hpp"
#include "remit/outbox/fact.hpp"

namespace remit::engine {

/// Of one that is stored now, whatever its first step has made of it already.
[[nodiscard]] std::vector<outbox::Fact> first_facts(const Saga& saga);
/// One for each transition that is told, and for what a person has to look at, in their order.
[[nodiscard]] std::vector<outbox::Fact> facts_of(const Step& step);

}  // namespace remit::engine
