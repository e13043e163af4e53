// Stores a value in the field of its setting, or records what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "faults.hpp"
#include "setting.hpp"
#include "value.hpp"

namespace remit::config {

/// The state of one load that all steps share.
struct Record {
  Faults& faults;
  Origins& origins;
};

/// "server.listen" of "server" and "listen"; the name alone where `path` is empty.
[[nodiscard]] std::string key_of(const std::string& path, std::string_view name);

/// Applies each member of `table`; `path` is "" or the name of what the settings belong to.
void apply_table(const Settings& settings, const Value& table, const std::string& path,
                 Record record);

void apply_value(const Setting& setting, const Value& value, const std::string& path,
                 Record record);

/// ", did you mean server.listen?" when one of `known` is at most `farthest` edits from `name`,
/// else nothing.
[[nodiscard]] std::string suggestion(const std::string& name, const std::vector<std::string>& known,
                                     std::size_t farthest = 3);

}  // namespace remit::config
