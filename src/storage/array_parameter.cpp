#include "remit/storage/array_parameter.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace remit::storage {

void ArrayParameter::reserve(std::size_t elements) {
  constexpr std::size_t kUuidWithComma = 37;
  literal_.reserve(2 + elements * kUuidWithComma);
}

void ArrayParameter::open() {
  literal_.pop_back();
  if (literal_.size() > 1) literal_ += ',';
}

void ArrayParameter::add_plain(std::string_view element) {
  open();
  literal_ += element;
  literal_ += '}';
}

void ArrayParameter::add(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw std::invalid_argument("text for the database holds a NUL character");
  }
  open();
  literal_ += '"';
  for (const char character : text) {
    if (character == '"' || character == '\\') literal_ += '\\';
    literal_ += character;
  }
  literal_ += "\"}";
}

void ArrayParameter::add(std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  add_plain({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void ArrayParameter::add(bool value) { add_plain(value ? "t" : "f"); }

void ArrayParameter::add(const Uuid& id) {
  const auto text = id.to_characters();
  add_plain({text.data(), text.size()});
}

// Quoted: a time has characters that some array types would split at.
void ArrayParameter::add(Timestamp time) { add(std::string_view(to_rfc3339(time))); }

void ArrayParameter::add_null() { add_plain("NULL"); }

}  // namespace remit::storage
