// What the fuzzers share: promises that end the program when they do not hold, and the ways in
// which bytes may arrive in pieces.
//
// A fuzzer is one LLVMFuzzerTestOneInput. Its input is the text itself that crosses the border, so
// that a corpus can be read and written by hand; whatever has to be chosen besides follows from the
// text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace remit::fuzz {

/// Prints the promise with what breaks it, and aborts: libFuzzer keeps the input.
[[noreturn]] void report_broken(std::string_view promise, std::string_view shown);

inline void require(bool holds, std::string_view promise, std::string_view shown = {}) {
  if (!holds) report_broken(promise, shown);
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A number that follows from the text and changes with every byte of it.
[[nodiscard]] std::uint64_t hash_of(std::string_view text);

/// Consecutive parts of one text, none of them empty.
using Pieces = std::vector<std::string_view>;

/// Some ways in which the text may arrive: whole first, then in two and in several pieces, and,
/// when it is short, byte by byte.
[[nodiscard]] std::vector<Pieces> cuttings(std::string_view text);

/// Parts of a text between separators; at least one.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace remit::fuzz
