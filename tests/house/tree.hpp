// The checkout as the house tests read it: every file of ours with its includes and its bare code.
//
// Read by each test program again, from the folder that CMake names; used from one thread. A file
// that cannot be read ends the program with an exception.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace remit::house {

struct Include {
  std::string name;  ///< what stands between the quotes or the angle brackets
  bool quoted = false;
  int line = 0;
};

struct SourceFile {
  std::string path;  ///< from the root of the checkout: "src/net/server.cpp"
  std::string text;
  std::string code;  ///< `text`, every character of comments and literals replaced by a space
  std::vector<Include> includes;

  /// "net" for src/net/… and include/remit/net/…, else empty.
  [[nodiscard]] std::string module() const;
  [[nodiscard]] std::string file_name() const;
  /// "server" of server.cpp.
  [[nodiscard]] std::string stem() const;
  [[nodiscard]] bool is_header() const;
};

/// A source file from its text, for planted violations.
[[nodiscard]] SourceFile make_source(std::string path, std::string text);

/// The C++ files under the given folders of the checkout, in order of their paths.
[[nodiscard]] const std::vector<SourceFile>& cpp_files();

/// The product's own among them: include/ and src/.
[[nodiscard]] std::vector<SourceFile> product_files();

/// Everything that is text: code, scripts, CMake, SQL, documents.
[[nodiscard]] const std::vector<SourceFile>& all_files();

using Complaints = std::vector<std::string>;

/// What `check` finds in all of them.
[[nodiscard]] Complaints check_all(const std::vector<SourceFile>& files,
                                   Complaints (*check)(const SourceFile&));

/// 1 for the first line.
[[nodiscard]] int line_of(std::string_view text, std::size_t position);

/// "path:line: what", the form of every complaint here.
[[nodiscard]] std::string complaint(const SourceFile& file, int line, std::string_view what);

/// One complaint a line, for a failure message.
[[nodiscard]] std::string joined(const Complaints& complaints);

}  // namespace remit::house
