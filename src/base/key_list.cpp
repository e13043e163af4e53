#include "remit/base/key_list.hpp"

#include <algorithm>

#include "remit/base/base64.hpp"

namespace remit {

std::expected<std::vector<std::string>, std::string> parse_key_list(std::string_view text) {
  constexpr std::string_view kBetween = " ,\t\r\n";
  std::vector<std::string> keys;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
    if (text.empty()) return keys;
    const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
    auto key = base64_decode(text.substr(0, end));
    text.remove_prefix(end);
    const std::string which = "key " + std::to_string(keys.size() + 1);
    if (!key || key->size() != kListedKeyBytes) {
      return std::unexpected(which + " is not 32 bytes in base64");
    }
    if (std::ranges::find(keys, *key) != keys.end()) {
      return std::unexpected(which + " is there twice");
    }
    if (keys.size() == kMostListedKeys) {
      return std::unexpected("there are more than " + std::to_string(kMostListedKeys) + " keys");
    }
    keys.push_back(*std::move(key));
  }
}

}  // namespace remit
