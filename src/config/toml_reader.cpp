#include <array>
#include <charconv>

#include "toml_characters.hpp"
#include "value.hpp"

// Some texts that the library refuses break its assertions ("[+a"). Without them it refuses such a
// text like any other; with NDEBUG it would take them for granted, which is undefined behaviour.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace remit::config {
namespace {

std::string shortest(double number) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return error == std::errc() ? std::string(buffer.data(), end) : "nan";
}

Value convert(const toml::node& node, const std::string& name) {
  Value value;
  value.source = name + ":" + std::to_string(node.source().begin.line);
  if (const toml::table* table = node.as_table()) {
    Value::Table members;
    for (const auto& [key, member] : *table) {
      members.push_back({show_characters(key.str()), convert(member, name)});
    }
    value.data = std::move(members);
  } else if (const toml::array* array = node.as_array()) {
    Value::Array elements;
    for (const toml::node& element : *array) elements.push_back(convert(element, name));
    value.data = std::move(elements);
  } else if (const auto* text = node.as_string()) {
    value.data = show_characters(text->get());
  } else if (const auto* integer = node.as_integer()) {
    value.data = std::int64_t{integer->get()};
  } else if (const auto* boolean = node.as_boolean()) {
    value.data = boolean->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = Value::Number{shortest(number->get())};
  } else {
    value.data = Value::Other{};
  }
  return value;
}

}  // namespace

std::expected<Value, std::string> read_toml(std::string_view text, const std::string& name) {
  const std::optional<std::string> hidden = hide_characters(text);
  if (!hidden) return std::unexpected(name + ": holds characters for private use");
  const toml::parse_result parsed = toml::parse(*hidden);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return std::unexpected(name + ":" + std::to_string(error.source().begin.line) + ": " +
                           show_characters(error.description()));
  }
  return convert(parsed.table(), name);
}

}  // namespace remit::config
