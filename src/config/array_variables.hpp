// Variables of the environment that each name one member of one table in an array:
// REMIT_PROVIDER__0__URL.
//
// They may come in any order and are applied in the order of their tables, over the values of the
// file; the number after the last one adds a table. Owned by one `load`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply.hpp"
#include "setting.hpp"

namespace remit::config {

class ArrayVariables {
 public:
  /// `root` has to outlive it.
  explicit ArrayVariables(const Settings& root) : root_(root) {}

  /// False: it names no table of an array.
  bool take(const std::string& variable, const std::string& text);
  void apply(Record record);

 private:
  struct Member {
    const Setting* array;
    std::string path;  ///< of the array
    std::size_t index;
    std::vector<std::string> names;  ///< below the table
    std::string variable;
    std::string text;

    /// "provider[0]"
    [[nodiscard]] std::string table() const { return path + "[" + std::to_string(index) + "]"; }
  };

  /// Whether its table is a new one.
  static bool apply(const Member& member, Record record);

  const Settings& root_;
  std::vector<Member> members_;
};

}  // namespace remit::config
