// idempotency/idempotent_execution_sql.cpp again: requests carried out once per key.
#pragma once

#include <functional>
#include <vector>

#include "remit/idempotency/idempotent_execution.hpp"
#include "simulation/database_work.hpp"

namespace remit::simulation {

class Transaction;

/// Carries out those claims, and fills an execution for each.
using Execute =
    std::function<Work(std::vector<std::size_t> claims, std::vector<idempotency::Execution>*)>;

[[nodiscard]] Work execute_once(Transaction* transaction,
                                const std::vector<idempotency::Claim>* claims,
                                const Execute* execute,
                                std::vector<Result<idempotency::Answer>>* results);

}  // namespace remit::simulation
