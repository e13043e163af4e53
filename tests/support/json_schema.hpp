// Whether a JSON value is what a schema of an OpenAPI 3.1 or AsyncAPI 3.0 document says.
//
// Knows the keywords that docs/openapi.json and docs/asyncapi.json use; throws std::runtime_error
// at any other, so that a rule is never passed over in silence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace remit::test {

/// What a reference object leads to, itself when it is none; throws when it leads nowhere.
[[nodiscard]] const nlohmann::json& resolve(const nlohmann::json& document,
                                            const nlohmann::json& object);

/// One line for each fault, as "/data/0/amount is below 1"; empty when there is none.
[[nodiscard]] std::vector<std::string> schema_faults(const nlohmann::json& document,
                                                     const nlohmann::json& schema,
                                                     const nlohmann::json& value);

}  // namespace remit::test
