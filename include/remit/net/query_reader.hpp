// Reads the parameters of a query and gathers every fault, as FieldReader does for bodies.
//
// A parameter without a value (`status=`) is an absent one. One that the route does not know, or
// that is given twice, is a fault: it is a filter that would silently not be applied. After
// reading, ask `problem()`. Refers to the request. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remit/base/problem.hpp"
#include "remit/base/time.hpp"
#include "remit/base/uuid.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// The position of the next page of a list: after the row with this instant and id. Clients see an
/// opaque text.
struct Cursor {
  Timestamp at;
  Uuid id;
};

[[nodiscard]] std::string to_text(const Cursor& cursor);
/// Empty: it was not made by this server.
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

class QueryReader {
 public:
  /// Most faults that are reported of one request; a query has room for thousands.
  static constexpr std::size_t kMaxFaults = 10;

  QueryReader(const Request& request, std::initializer_list<std::string_view> known);

  std::optional<std::string> text(std::string_view name) const;
  /// A time that bounds a window: a lower bound is rounded up to the microsecond, an upper one
  /// down.
  std::optional<Timestamp> not_before(std::string_view name);
  std::optional<Timestamp> not_after(std::string_view name);
  /// A fault when both are times and `lower` is after `upper`. They are compared as they are
  /// written: two bounds within one microsecond are a window with nothing in it.
  void expect_order(std::string_view lower, std::string_view upper);
  /// Of a list: 1 to 100, 20 when absent.
  std::int64_t limit();
  /// Of a list: where the page before it ended.
  std::optional<Cursor> cursor();

  void add_error(std::string_view name, std::string detail);
  [[nodiscard]] bool ok() const { return errors_.empty(); }
  /// kValidationError; call when not ok().
  [[nodiscard]] Problem problem() const;

 private:
  std::optional<Timestamp> timestamp(std::string_view name, Rounding rounding);

  const Request& request_;
  std::vector<FieldError> errors_;
};

}  // namespace remit::net
