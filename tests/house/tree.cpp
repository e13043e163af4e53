#include "house/tree.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace remit::house {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Walks over C++ text once and blanks what is not code; line ends stay, so that lines keep their
// numbers.
class Blanker {
 public:
  explicit Blanker(std::string text) : text_(std::move(text)) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(text_);
  }

 private:
  void step() {
    const std::string_view rest = std::string_view(text_).substr(at_);
    if (rest.starts_with("//")) {
      blank(std::min(rest.find('\n'), rest.size()));
    } else if (rest.starts_with("/*")) {
      blank(after(rest.find("*/", 2), 2, rest));
    } else if (rest.starts_with("R\"") && !follows_word()) {
      const std::size_t open = rest.find('(');
      std::string closing = ")";
      closing.append(rest.substr(2, open - 2)).append("\"");
      blank(after(rest.find(closing, open), closing.size(), rest));
    } else if (rest.front() == '"' || (rest.front() == '\'' && !follows_word())) {
      blank(literal_length(rest));
    } else {
      ++at_;
    }
  }

  // A quote after a digit or letter separates digits, as in 10'000.
  [[nodiscard]] bool follows_word() const { return at_ > 0 && is_word(text_[at_ - 1]); }

  static std::size_t after(std::size_t found, std::size_t length, std::string_view rest) {
    return found == std::string_view::npos ? rest.size() : found + length;
  }

  static std::size_t literal_length(std::string_view rest) {
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '\\') {
        ++i;
      } else if (rest[i] == rest.front() || rest[i] == '\n') {
        return i + 1;
      }
    }
    return rest.size();
  }

  void blank(std::size_t length) {
    for (const std::size_t end = std::min(at_ + length, text_.size()); at_ < end; ++at_) {
      if (text_[at_] != '\n') text_[at_] = ' ';
    }
  }

  std::string text_;
  std::size_t at_ = 0;
};

std::vector<Include> find_includes(const std::string& text) {
  static const std::regex pattern(R"(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"])",
                                  std::regex::ECMAScript | std::regex::multiline);
  std::vector<Include> found;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern);
       it != std::sregex_iterator(); ++it) {
    const auto position = static_cast<std::size_t>(it->position());
    found.push_back({it->str(2), it->str(1) == "\"", line_of(text, position)});
  }
  return found;
}

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_cpp(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".hpp";
}

bool is_text(const fs::path& path) {
  static constexpr std::array kEndings = {".cpp",  ".hpp", ".sh", ".sql",   ".md",  ".txt", ".yml",
                                          ".conf", ".in",  ".js", ".cmake", ".css", ".html"};
  return std::ranges::any_of(kEndings, [&](auto ending) { return path.extension() == ending; }) ||
         path.extension().empty();
}

std::vector<SourceFile> read_tree(bool (*wanted)(const fs::path&)) {
  static constexpr std::array kFolders = {"include", "src",  "tests", "bench",      "cmake",
                                          "scripts", "docs", ".ci",   "migrations", "deploy"};
  const fs::path root = REMIT_HOUSE_ROOT;
  std::vector<SourceFile> files;
  for (const char* folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || !wanted(entry.path())) continue;
      files.push_back(make_source(entry.path().lexically_relative(root), read(entry.path())));
    }
  }
  for (const auto& entry : fs::directory_iterator(root)) {
    if (!entry.is_regular_file() || !wanted(entry.path())) continue;
    files.push_back(make_source(entry.path().filename(), read(entry.path())));
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

}  // namespace

std::string SourceFile::module() const {
  static const std::regex pattern(R"(^(?:src|include/remit)/(\w+)/.*)");
  std::smatch match;
  return std::regex_match(path, match, pattern) ? match.str(1) : std::string();
}

std::string SourceFile::file_name() const { return fs::path(path).filename(); }
std::string SourceFile::stem() const { return fs::path(path).stem(); }
bool SourceFile::is_header() const { return path.ends_with(".hpp"); }

SourceFile make_source(std::string path, std::string text) {
  SourceFile file;
  file.path = std::move(path);
  file.text = std::move(text);
  if (is_cpp(file.path)) {
    file.code = Blanker(file.text).run();
    file.includes = find_includes(file.text);
  }
  return file;
}

const std::vector<SourceFile>& cpp_files() {
  static const std::vector<SourceFile> files = read_tree(is_cpp);
  return files;
}

std::vector<SourceFile> product_files() {
  std::vector<SourceFile> files = cpp_files();
  std::erase_if(files, [](const SourceFile& file) { return file.module().empty(); });
  return files;
}

const std::vector<SourceFile>& all_files() {
  static const std::vector<SourceFile> files = read_tree(is_text);
  return files;
}

int line_of(std::string_view text, std::size_t position) {
  return 1 + static_cast<int>(std::ranges::count(text.substr(0, position), '\n'));
}

std::string complaint(const SourceFile& file, int line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

Complaints check_all(const std::vector<SourceFile>& files, Complaints (*check)(const SourceFile&)) {
  Complaints found;
  for (const SourceFile& file : files) {
    for (std::string& one : check(file)) found.push_back(std::move(one));
  }
  return found;
}

std::string joined(const Complaints& complaints) {
  std::string all;
  for (const std::string& one : complaints) all += "\n  " + one;
  return all;
}

}  // namespace remit::house
