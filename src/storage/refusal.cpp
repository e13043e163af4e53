#include "refusal.hpp"

#include <algorithm>

namespace remit::storage {
namespace {

/// libpq's words when target_session_attrs finds no server that takes writes, and the server's when
/// a statement would write.
bool tells_of_read_only(std::string_view message) {
  return message.find("session is read-only") != std::string_view::npos ||
         message.find("in a read-only transaction") != std::string_view::npos;
}

std::string one_line(std::string_view message) {
  std::string line(message);
  while (line.ends_with('\n')) line.pop_back();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace

std::string refusal_of(std::string_view what, std::string_view message) {
  if (tells_of_read_only(message)) return read_only_refusal();
  return std::string(what) + ": " + one_line(message);
}

std::string read_only_refusal() {
  return "the database is read-only: database.url must lead to a server that takes writes (a "
         "primary, with default_transaction_read_only = off)";
}

}  // namespace remit::storage
