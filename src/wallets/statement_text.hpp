// A statement as text: a page in JSON, or whole, row by row, as CSV (RFC 4180) or NDJSON. Pure; any
// thread.
//
// Its first row is the opening balance and its last one the closing balance: without that one it
// was cut short.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "remit/wallets/history_operations.hpp"

namespace remit::wallets {

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kCsvType = "text/csv";
inline constexpr std::string_view kNdjsonType = "application/x-ndjson";

enum class StatementFormat : std::uint8_t { json, csv, ndjson };

/// What a statement is about.
struct StatementHead {
  std::string user_id;
  Timestamp from;
  StatementSpan span;
};

[[nodiscard]] std::string statement_json(const StatementHead& head,
                                         std::span<const StatementEntry> entries,
                                         std::string_view next_cursor);

// Not of JSON.
[[nodiscard]] std::string opening_rows(StatementFormat format, const StatementHead& head);
[[nodiscard]] std::string entry_rows(StatementFormat format,
                                     std::span<const StatementEntry> entries);
[[nodiscard]] std::string closing_row(StatementFormat format, const StatementHead& head);

/// A text as a field of CSV. One that a spreadsheet would take for a formula gets an apostrophe in
/// front.
[[nodiscard]] std::string csv_text(std::string_view text);

}  // namespace remit::wallets
