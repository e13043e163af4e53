// A configuration file, variables and flags → settings. Promises:
//   * nothing is thrown, whatever is in them;
//   * each refusal is one line, with its source and the setting that it is about;
//   * what is taken can be printed, and the print is a configuration that is taken and printed the
//     same.
//
// The parts of the input are parted by a record separator (0x1E): first the file, then variables
// (REMIT_…=…) and flags (section.key=…).
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "fuzz.hpp"
#include "remit/config/load.hpp"

namespace remit::fuzz {
namespace {

/// A file without a place, as `load` wants one.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(memfd_create("remit.toml", 0)) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    require(written == static_cast<ssize_t>(text.size()), "the file can be written");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  [[nodiscard]] std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// "  source: key: what", or what is wrong with the file as a whole.
void check_fault(const std::string& line, const std::string& file) {
  require(line.starts_with("  "), "a fault is a line of its own", line);
  require(std::ranges::none_of(line, [](char c) { return c >= 0 && c < ' '; }), "one line", line);
  const bool is_of_the_document = line.starts_with("  " + file + ":");
  const bool is_of_a_password = line.starts_with("  database.password_file: ");
  const std::size_t source_end = line.find(": ");
  require(source_end != std::string::npos, "a fault has a source", line);
  const bool names_a_setting = line.find(": ", source_end + 2) != std::string::npos;
  require(is_of_the_document || is_of_a_password || names_a_setting, "a fault has a setting", line);
}

void check_refusal(const std::string& error, const std::string& file) {
  const std::vector<std::string> lines = split(error, '\n');
  require(lines.size() > 1, "a refusal has a fault", error);
  for (std::size_t i = 1; i < lines.size(); ++i) check_fault(lines[i], file);
}

void check(const std::vector<std::string>& parts) {
  const MemoryFile file(parts.front());
  config::LoadRequest request;
  request.file = file.name();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    const std::size_t equals = std::min(part.find('='), part.size());
    if (part.starts_with("REMIT")) {
      request.environment.push_back(part);
    } else {
      request.flags.emplace_back(part.substr(0, equals),
                                 part.substr(std::min(equals + 1, part.size())));
    }
  }
  const auto loaded = config::load(request);
  if (!loaded) return check_refusal(loaded.error(), file.name());
  const std::string printed = config::print_masked(loaded->config);
  require(is_utf8(printed), "a configuration is text", printed);
  const MemoryFile again(printed);
  config::LoadRequest printed_request;
  printed_request.file = again.name();
  const auto reloaded = config::load(printed_request);
  require(reloaded.has_value(), "what is printed is taken", printed);
  require(config::print_masked(reloaded->config) == printed, "and is the same", printed);
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view text = text_of(data, size);
  // Files of passwords are opened: a device could be waited for.
  if (text.contains("/dev") || text.contains("/proc")) return 0;
  constexpr char kSeparator = '\x1E';
  check(split(text, kSeparator));
  return 0;
}
