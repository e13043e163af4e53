#include "remit/net/json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "remit/base/text.hpp"

namespace remit::net {
namespace {

constexpr std::size_t kMaxDepth = 32;

/// Receives nlohmann's events and builds values out of them. Returning false ends the parse with
/// `fault` as the reason.
class ValueBuilder {
 public:
  explicit ValueBuilder(std::size_t most_values) : most_values_(most_values) {}

  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(number_integer_t value) { return add(JsonNumber{std::to_string(value)}); }
  bool number_unsigned(number_unsigned_t value) { return add(JsonNumber{std::to_string(value)}); }
  bool number_float(number_float_t /*value*/, const string_t& text) {
    return add(JsonNumber{text});
  }
  bool string(string_t& text) { return refuse_nul(text) && add(std::move(text)); }
  bool binary(binary_t& /*value*/) { return false; }

  bool start_object(std::size_t /*size*/) { return open(JsonObject{}); }
  bool start_array(std::size_t /*size*/) { return open(JsonArray{}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(string_t& name) {
    if (!refuse_nul(name)) return false;
    Frame& frame = frames_.back();
    if (std::get<JsonObject>(frame.value).contains(name)) {
      fault_ = "the member " + quote_json(clip_text(name, 64)) + " occurs twice";
      return false;
    }
    frame.key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) {
    constexpr int kNumberOverflow = 406;
    fault_ = error.id == kNumberOverflow ? "a number that no double can hold, before byte "
                                         : "the text breaks the rules of JSON at byte ";
    fault_ += std::to_string(position);
    return false;
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }
  [[nodiscard]] JsonValue take() { return std::move(root_); }

 private:
  struct Frame {
    std::variant<JsonArray, JsonObject> value;
    std::string key;  ///< of the member that comes next
  };

  bool refuse_nul(const std::string& text) {
    if (text.find('\0') == std::string::npos) return true;
    fault_ = "U+0000 is not accepted in text";
    return false;
  }

  bool count() {
    if (++values_ <= most_values_) return true;
    fault_ = "more than " + std::to_string(most_values_) + " values in one body";
    return false;
  }

  bool add(JsonValue::Storage storage) { return count() && place(std::move(storage)); }

  bool place(JsonValue::Storage storage) {
    JsonValue value(std::move(storage));
    if (frames_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& frame = frames_.back();
    if (auto* array = std::get_if<JsonArray>(&frame.value)) {
      array->push_back(std::move(value));
    } else {
      std::get<JsonObject>(frame.value).emplace(std::move(frame.key), std::move(value));
    }
    return true;
  }

  bool open(std::variant<JsonArray, JsonObject> value) {
    if (frames_.size() == kMaxDepth) {
      fault_ = "nested deeper than " + std::to_string(kMaxDepth) + " levels";
      return false;
    }
    frames_.push_back({std::move(value), {}});
    return count();
  }

  bool close() {
    auto value = std::move(frames_.back().value);
    frames_.pop_back();
    return std::visit([this](auto& whole) { return place(std::move(whole)); }, value);
  }

  std::vector<Frame> frames_;
  std::size_t most_values_;
  std::size_t values_ = 0;
  JsonValue root_;
  std::string fault_;
};

}  // namespace

Result<JsonValue> parse_json(std::string_view text, std::size_t most_values) {
  // The lexer takes NUL for the end of the text and would not look at what stands behind it.
  if (text.find('\0') != std::string_view::npos)
    return fail(kInvalidJson, "a NUL byte in the text");
  ValueBuilder builder(most_values);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    return fail(kInvalidJson, builder.fault());
  }
  return builder.take();
}

}  // namespace remit::net
