#include "support/json_schema.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

namespace remit::test {
namespace {

using nlohmann::json;

std::size_t count_characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_type(const json& value, const std::string& type) {
  static const std::map<std::string, bool (*)(const json&)> kTypes = {
      {"string", [](const json& v) { return v.is_string(); }},
      {"integer", [](const json& v) { return v.is_number_integer(); }},
      {"number", [](const json& v) { return v.is_number(); }},
      {"boolean", [](const json& v) { return v.is_boolean(); }},
      {"object", [](const json& v) { return v.is_object(); }},
      {"array", [](const json& v) { return v.is_array(); }},
      {"null", [](const json& v) { return v.is_null(); }}};
  return kTypes.at(type)(value);
}

bool has_format(const std::string& text, const std::string& format) {
  static const std::map<std::string, std::regex> kFormats = {
      {"uuid", std::regex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")},
      {"date-time", std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))")},
      {"uri-reference", std::regex(R"([!-~]*)")}};
  if (format == "int64") return true;  // of numbers, which have no text
  return std::regex_match(text, kFormats.at(format));
}

class Checker {
 public:
  explicit Checker(const json& document) : document_(document) {}

  void check(const json& schema, const json& value, const std::string& at) {
    static const std::set<std::string> kKnown = {"$ref",
                                                 "type",
                                                 "required",
                                                 "properties",
                                                 "additionalProperties",
                                                 "items",
                                                 "minItems",
                                                 "maxItems",
                                                 "enum",
                                                 "const",
                                                 "oneOf",
                                                 "anyOf",
                                                 "allOf",
                                                 "not",
                                                 "minimum",
                                                 "exclusiveMinimum",
                                                 "maximum",
                                                 "minLength",
                                                 "maxLength",
                                                 "pattern",
                                                 "examples",
                                                 "format",
                                                 "description",
                                                 "default",
                                                 "discriminator"};
    for (const auto& [keyword, rule] : schema.items()) {
      if (!kKnown.contains(keyword)) throw std::runtime_error("unknown keyword " + keyword);
    }
    if (schema.contains("$ref")) check(resolve(document_, schema), value, at);
    check_value(schema, value, at);
    check_number(schema, value, at);
    check_text(schema, value, at);
    check_length(schema, value, at);
    check_members(schema, value, at);
    check_combined(schema, value, at);
  }

  std::vector<std::string> faults;

 private:
  void expect(bool holds, const std::string& at, const std::string& what) {
    if (!holds) faults.push_back((at.empty() ? "the value" : at) + " " + what);
  }

  void check_value(const json& schema, const json& value, const std::string& at) {
    if (schema.contains("type")) {
      const json& type = schema["type"];
      const json types = type.is_array() ? type : json::array({type});
      const bool any = std::ranges::any_of(
          types, [&value](const json& one) { return has_type(value, one.get<std::string>()); });
      expect(any, at, "is not " + type.dump());
    }
    if (schema.contains("enum")) {
      const bool any = std::ranges::find(schema["enum"], value) != schema["enum"].end();
      expect(any, at, "is " + value.dump() + ", none of " + schema["enum"].dump());
    }
    if (schema.contains("const")) {
      expect(value == schema["const"], at, "is not " + schema["const"].dump());
    }
  }

  void check_number(const json& schema, const json& value, const std::string& at) {
    if (!value.is_number()) return;
    const auto bounded = [&](const char* keyword, auto holds, const char* what) {
      if (!schema.contains(keyword)) return;
      expect(holds(value, schema[keyword]), at, what + schema[keyword].dump());
    };
    bounded("minimum", std::greater_equal<>(), "is below ");
    bounded("exclusiveMinimum", std::greater<>(), "is not above ");
    bounded("maximum", std::less_equal<>(), "is above ");
  }

  void check_text(const json& schema, const json& value, const std::string& at) {
    if (!value.is_string()) return;
    const auto text = value.get<std::string>();
    const std::size_t length = count_characters(text);
    if (schema.contains("minLength")) expect(length >= schema["minLength"], at, "is too short");
    if (schema.contains("maxLength")) expect(length <= schema["maxLength"], at, "is too long");
    if (schema.contains("pattern")) {
      const std::regex pattern(schema["pattern"].get<std::string>());
      expect(std::regex_search(text, pattern), at, "does not match its pattern");
    }
    if (schema.contains("format")) {
      const std::string format = schema["format"];
      expect(has_format(text, format), at, "is no " + format);
    }
  }

  void check_length(const json& schema, const json& value, const std::string& at) {
    if (!value.is_array()) return;
    if (schema.contains("minItems")) expect(value.size() >= schema["minItems"], at, "is too short");
    if (schema.contains("maxItems")) expect(value.size() <= schema["maxItems"], at, "is too long");
  }

  void check_members(const json& schema, const json& value, const std::string& at) {
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const json& items = schema["items"];
        if (items.is_array() && i >= items.size()) break;  // a tuple says nothing of the rest
        check(items.is_array() ? items[i] : items, value[i], at + "/" + std::to_string(i));
      }
    }
    if (!value.is_object()) return;
    for (const json& name : schema.value("required", json::array())) {
      expect(value.contains(name.get<std::string>()), at, "lacks " + name.get<std::string>());
    }
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
      if (properties.contains(name)) {
        check(properties[name], member, at + "/" + name);
      } else if (schema.contains("additionalProperties")) {
        check(schema["additionalProperties"], member, at + "/" + name);
      }
    }
  }

  void check_combined(const json& schema, const json& value, const std::string& at) {
    const auto valid = [&](const json& one) {
      return schema_faults(document_, one, value).empty();
    };
    for (const json& one : schema.value("allOf", json::array())) check(one, value, at);
    if (schema.contains("anyOf")) {
      expect(std::ranges::any_of(schema["anyOf"], valid), at, "is like none of anyOf");
    }
    if (schema.contains("oneOf")) {
      const auto count = std::ranges::count_if(schema["oneOf"], valid);
      expect(count == 1, at, "is like " + std::to_string(count) + " of oneOf");
    }
    if (schema.contains("not")) expect(!valid(schema["not"]), at, "is what it must not be");
  }

  const json& document_;
};

}  // namespace

const json& resolve(const json& document, const json& object) {
  if (!object.is_object() || !object.contains("$ref")) return object;
  const std::string reference = object["$ref"];
  if (!reference.starts_with("#/"))
    throw std::runtime_error(reference + " is not of this document");
  const json::json_pointer pointer(reference.substr(1));
  if (!document.contains(pointer)) throw std::runtime_error(reference + " leads nowhere");
  return document.at(pointer);
}

std::vector<std::string> schema_faults(const json& document, const json& schema,
                                       const json& value) {
  Checker checker(document);
  checker.check(schema, value, "");
  return std::move(checker.faults);
}

}  // namespace remit::test
