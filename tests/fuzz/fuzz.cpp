#include "fuzz.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "remit/base/text.hpp"

namespace remit::fuzz {
namespace {

constexpr std::size_t kShort = 768;

std::uint64_t next(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t value = state;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

Pieces cut(std::string_view text, std::size_t longest, std::uint64_t& state) {
  Pieces pieces;
  while (!text.empty()) {
    const std::size_t length = std::min<std::size_t>(1 + next(state) % longest, text.size());
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

}  // namespace

void report_broken(std::string_view promise, std::string_view shown) {
  const auto length = [](std::string_view text) { return static_cast<int>(text.size()); };
  std::fprintf(stderr, "BROKEN: %.*s\n", length(promise), promise.data());
  if (!shown.empty()) std::fprintf(stderr, "  %.*s\n", length(shown), shown.data());
  std::abort();
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

std::vector<Pieces> cuttings(std::string_view text) {
  std::vector<Pieces> all = {{text}};
  if (text.size() < 2) return all;
  std::uint64_t state = hash_of(text);
  for (int i = 0; i < 2; ++i) {
    const std::size_t at = 1 + next(state) % (text.size() - 1);
    all.push_back({text.substr(0, at), text.substr(at)});
  }
  const bool is_bytewise = text.size() <= kShort && state % 4 == 0;
  all.push_back(cut(text, is_bytewise ? 1 : 30, state));
  return all;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace remit::fuzz
