// Builds the text of one JSON object, member by member, in the order given. A plain value; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "remit/net/json.hpp"

namespace remit::sandbox {

class ObjectText {
 public:
  /// `value` is JSON already: a number's exact characters, an array, "null".
  ObjectText& raw(std::string_view name, std::string_view value) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    text_ += "\":";
    text_ += value;
    return *this;
  }
  ObjectText& text(std::string_view name, std::string_view value) {
    return raw(name, net::quote_json(value));
  }
  ObjectText& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  ObjectText& boolean(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
  }
  [[nodiscard]] std::string done() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace remit::sandbox
