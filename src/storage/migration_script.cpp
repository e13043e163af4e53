#include "migration_script.hpp"

#include <algorithm>
#include <regex>

namespace remit::storage {
namespace {

constexpr std::string_view kDirective = "-- migration:";
constexpr std::string_view kBlank = " \t\r\n";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Where the text between two equal quotes ends, behind the second.
std::size_t end_of_quoted(std::string_view sql, std::size_t begin, std::string_view quote) {
  const std::size_t end = sql.find(quote, begin + quote.size());
  return end == std::string_view::npos ? sql.size() : end + quote.size();
}

/// "$$" or "$tag$" at this place; empty when there is none.
std::string_view dollar_quote(std::string_view sql, std::size_t at) {
  if (at > 0 && is_word(sql[at - 1])) return {};
  std::size_t end = at + 1;
  while (end < sql.size() && is_word(sql[end])) ++end;
  return end < sql.size() && sql[end] == '$' ? sql.substr(at, end + 1 - at) : std::string_view();
}

std::size_t end_of_block_comment(std::string_view sql, std::size_t begin) {
  int depth = 0;
  std::size_t i = begin;
  while (i < sql.size()) {
    const std::string_view two = sql.substr(i, 2);
    if (two == "/*") {
      ++depth;
      i += 2;
    } else if (two == "*/") {
      i += 2;
      if (--depth == 0) break;
    } else {
      ++i;
    }
  }
  return i;
}

/// Where what begins here as one piece ends: a comment, something in quotes, or one character.
std::size_t end_of_piece(std::string_view sql, std::size_t at) {
  if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
  if (sql.substr(at, 2) == "/*") return end_of_block_comment(sql, at);
  if (sql[at] == '\'' || sql[at] == '"') return end_of_quoted(sql, at, sql.substr(at, 1));
  if (sql[at] == '$') {
    const std::string_view quote = dollar_quote(sql, at);
    if (!quote.empty()) return end_of_quoted(sql, at, quote);
  }
  return at + 1;
}

bool is_comment(std::string_view piece) {
  return piece.starts_with("--") || piece.starts_with("/*");
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

}  // namespace

std::expected<Manners, std::string> manners_of(std::string_view sql) {
  Manners manners;
  if (!sql.starts_with(kDirective)) return manners;
  std::string_view words = sql.substr(0, sql.find('\n')).substr(kDirective.size());
  while (!words.empty()) {
    const std::size_t comma = std::min(words.find(','), words.size());
    const std::string_view word = trim(words.substr(0, comma));
    if (word == "additive") {
      manners.additive = true;
    } else if (word == "concurrently") {
      manners.concurrently = true;
    } else {
      return std::unexpected("\"" + std::string(word) + "\" is not a manner of migration");
    }
    words.remove_prefix(std::min(comma + 1, words.size()));
  }
  return manners;
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  const auto finish = [&] {
    const std::string_view trimmed = trim(statement);
    if (!trimmed.empty()) statements.emplace_back(trimmed);
    statement.clear();
  };
  std::size_t at = 0;
  while (at < sql.size()) {
    const std::size_t end = end_of_piece(sql, at);
    const std::string_view piece = sql.substr(at, end - at);
    at = end;
    if (piece == ";") {
      finish();
    } else {
      statement += is_comment(piece) ? " " : piece;
    }
  }
  finish();
  return statements;
}

std::expected<std::vector<RepeatableStatement>, std::string> repeatable_statements(
    std::string_view sql) {
  constexpr auto kFlags = std::regex::icase | std::regex::ECMAScript;
  static const std::regex creates(R"(create\s+(unique\s+)?index\s+concurrently\s+if\s+not\s+exists)"
                                  R"(\s+([a-z_][a-z0-9_]*)\s+on\s)",
                                  kFlags);
  static const std::regex repeats(R"(drop\s+index\s+concurrently\s+if\s+exists\s|analyze\s)"
                                  R"(|alter\s+table\s+[a-z_][a-z0-9_]*\s+validate\s+constraint\s)",
                                  kFlags);
  constexpr auto kAtBegin = std::regex_constants::match_continuous;
  std::vector<RepeatableStatement> statements;
  for (std::string& statement : split_statements(sql)) {
    std::smatch match;
    if (std::regex_search(statement, match, creates, kAtBegin)) {
      std::string index = match[2].str();
      statements.push_back({.sql = std::move(statement), .created_index = std::move(index)});
    } else if (std::regex_search(statement, repeats, kAtBegin)) {
      statements.push_back({.sql = std::move(statement), .created_index = {}});
    } else {
      return std::unexpected(
          "what runs concurrently has to be CREATE INDEX CONCURRENTLY IF NOT EXISTS, DROP INDEX "
          "CONCURRENTLY IF EXISTS, ANALYZE or ALTER TABLE … VALIDATE CONSTRAINT, not: " +
          statement.substr(0, 60));
    }
  }
  return statements;
}

}  // namespace remit::storage
