#include <expected>

#include "remit/base/decimal.hpp"
#include "remit/net/json.hpp"
#include "text.hpp"

namespace remit::net {
namespace {

/// An integer of any spelling; an error text when it is none, or none that fits.
std::expected<std::int64_t, std::string> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto magnitude = parse_decimal(text, 0);
  if (!magnitude) return magnitude;
  return negative ? -*magnitude : *magnitude;
}

}  // namespace

FieldReader::FieldReader(const JsonValue& body) : object_(body.object()), root_(*this) {
  if (object_ == nullptr) errors_.push_back({"", "must be an object"});
}

FieldReader::FieldReader(const JsonValue& value, FieldReader& outer, std::string pointer)
    : object_(value.object()), pointer_(std::move(pointer)), root_(outer.root_) {
  if (object_ == nullptr) add_error_at("", "must be an object");
}

const JsonValue* FieldReader::find(std::string_view name, Presence presence) {
  if (object_ == nullptr) return nullptr;
  const auto found = object_->find(name);
  if (found != object_->end() && !found->second.is_null()) return &found->second;
  if (presence == Presence::required) add_error(name, "is required");
  return nullptr;
}

bool FieldReader::has(std::string_view name) const {
  if (object_ == nullptr) return false;
  const auto found = object_->find(name);
  return found != object_->end() && !found->second.is_null();
}

std::optional<std::int64_t> FieldReader::integer(std::string_view name, std::int64_t min,
                                                 std::int64_t max, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return std::nullopt;
  const JsonNumber* number = value->number();
  const std::string_view text = number == nullptr ? std::string_view() : number->text;
  const std::expected<std::int64_t, std::string> integer = parse_integer(text);
  const bool is_fraction = !integer && integer.error() != kTooLarge;
  if (is_fraction) {
    add_error(name, "must be an integer");
    return std::nullopt;
  }
  if (!integer || *integer < min || *integer > max) {
    add_error(name, "must be from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return *integer;
}

std::optional<std::string> FieldReader::text(std::string_view name, std::size_t min_length,
                                             std::size_t max_length, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return std::nullopt;
  const std::string* string = value->string();
  if (string == nullptr) {
    add_error(name, "must be a string");
    return std::nullopt;
  }
  const std::size_t length = count_code_points(*string);
  if (length < min_length || length > max_length) {
    add_error(name, "must have " + std::to_string(min_length) + " to " +
                        std::to_string(max_length) + " characters");
    return std::nullopt;
  }
  return *string;
}

std::optional<bool> FieldReader::boolean(std::string_view name, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return std::nullopt;
  const bool* boolean = value->boolean();
  if (boolean == nullptr) add_error(name, "must be true or false");
  return boolean == nullptr ? std::nullopt : std::optional(*boolean);
}

std::optional<Uuid> FieldReader::uuid(std::string_view name, Presence presence) {
  const std::optional<std::string> written = text(name, 1, 64, presence);
  const std::optional<Uuid> id = written ? Uuid::parse(*written) : std::nullopt;
  if (written && !id) add_error(name, "must be a UUID");
  return id;
}

std::optional<std::string> FieldReader::number_text(std::string_view name, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return std::nullopt;
  const JsonNumber* number = value->number();
  if (number == nullptr) {
    add_error(name, "must be a number");
    return std::nullopt;
  }
  return number->text;
}

std::optional<std::string> FieldReader::number_or_text(std::string_view name) {
  const JsonValue* value = find(name, Presence::optional);
  const std::string* text = value == nullptr ? nullptr : value->string();
  return text == nullptr ? number_text(name) : std::optional(*text);
}

const JsonArray* FieldReader::array(std::string_view name, Count count, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return nullptr;
  const JsonArray* array = value->array();
  if (array == nullptr) {
    add_error(name, "must be an array");
  } else if (array->size() < count.least || array->size() > count.most) {
    add_error(name, "must have " + std::to_string(count.least) + " to " +
                        std::to_string(count.most) + " elements");
    return nullptr;
  }
  return array;
}

std::vector<std::string> FieldReader::texts(std::string_view name, Count count,
                                            std::size_t max_length, Presence presence) {
  std::vector<std::string> texts;
  const JsonArray* elements = array(name, count, presence);
  for (std::size_t i = 0; elements != nullptr && i < elements->size(); ++i) {
    const std::string* text = (*elements)[i].string();
    if (text != nullptr && !text->empty() && count_code_points(*text) <= max_length) {
      texts.push_back(*text);
    } else {
      add_error_at(pointer_to(name) + "/" + std::to_string(i),
                   "must be a string of 1 to " + std::to_string(max_length) + " characters");
    }
  }
  return texts;
}

bool FieldReader::inside(std::string_view name, const Inner& read, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return false;
  FieldReader inner(*value, *this, pointer_ + pointer_to(name));
  if (inner.object_ != nullptr) read(inner);
  return inner.object_ != nullptr;
}

bool FieldReader::each(std::string_view name, Count count, const Inner& read, Presence presence) {
  const JsonArray* elements = array(name, count, presence);
  for (std::size_t i = 0; elements != nullptr && i < elements->size(); ++i) {
    FieldReader inner((*elements)[i], *this, pointer_ + pointer_to(name) + "/" + std::to_string(i));
    if (inner.object_ != nullptr) read(inner);
  }
  return elements != nullptr;
}

const JsonValue* FieldReader::object(std::string_view name, Presence presence) {
  const JsonValue* value = find(name, presence);
  if (value == nullptr) return nullptr;
  if (value->object() == nullptr) {
    add_error(name, "must be an object");
    return nullptr;
  }
  return value;
}

void FieldReader::add_error(std::string_view name, std::string detail) {
  add_error_at(pointer_to(name), std::move(detail));
}

void FieldReader::add_error_at(const std::string& pointer, std::string detail) {
  if (root_.errors_.size() == kMaxFaults) return;
  root_.errors_.push_back({pointer_ + pointer, std::move(detail)});
}

Problem FieldReader::problem() const {
  Problem problem(kValidationError, "the request has fields that are not valid");
  problem.errors = root_.errors_;
  return problem;
}

}  // namespace remit::net
