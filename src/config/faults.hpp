// The errors found so far, and the source of each setting. Owned by one `load`.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "remit/config/load.hpp"

namespace remit::config {

class Faults {
 public:
  /// `line` has its source and key already. It stays one line, whatever was quoted in it.
  void add(std::string line) {
    std::ranges::replace_if(line, [](char c) { return c >= 0 && c < ' '; }, '?');
    lines_.push_back(std::move(line));
  }
  void add(std::string_view source, std::string_view key, std::string_view what) {
    add(std::string(source) + ": " + std::string(key) + ": " + std::string(what));
  }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// Which source a key's value is from.
class Origins {
 public:
  void set(const std::string& key, const std::string& source) { sources_[key] = source; }
  /// Forgets all keys that begin with `prefix`: their table was replaced.
  void forget(const std::string& prefix) {
    std::erase_if(sources_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  }
  [[nodiscard]] bool is_set(const std::string& key) const { return sources_.contains(key); }
  [[nodiscard]] std::string of(const std::string& key) const {
    const auto found = sources_.find(key);
    return found == sources_.end() ? std::string(kBuiltIn) : found->second;
  }

 private:
  std::map<std::string, std::string> sources_;
};

}  // namespace remit::config
