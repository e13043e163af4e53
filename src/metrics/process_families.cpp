#include "process_families.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

namespace remit::metrics {
namespace {

/// Fields of /proc/self/stat, counted from the one behind the name of the program (proc(5): 3).
constexpr std::size_t kStartTicks = 19;
constexpr std::size_t kVirtualBytes = 20;
constexpr std::size_t kResidentPages = 21;

std::vector<std::string> process_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return {};
  std::istringstream fields(line.substr(end_of_name + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

std::optional<double> number(const std::vector<std::string>& fields, std::size_t index) {
  if (index >= fields.size()) return std::nullopt;
  return std::stod(fields[index]);
}

/// Since the epoch, in seconds.
std::optional<double> booted_at() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double at = 0;
    if (word == "btime" && file >> at) return at;
  }
  return std::nullopt;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Newer kernels (6.2) say it as the size of the folder; else they are counted.
std::optional<double> open_files() {
  struct stat folder{};
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) {
    return static_cast<double>(folder.st_size);
  }
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  return static_cast<double>(std::distance(begin(files), end(files))) - 1;  // its own
}

}  // namespace

ProcessFigures::ProcessFigures() {
  const auto ticks = number(process_fields(), kStartTicks);
  const auto boot = booted_at();
  if (ticks && boot) started_at_ = *boot + *ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void ProcessFigures::add_to(Families& families) const {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    families.counter("process_cpu_seconds_total", "Processor time in user and system mode");
    families.add({}, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  }
  const std::vector<std::string> fields = process_fields();
  families.gauge("process_resident_memory_bytes", "Memory that is in use");
  if (const auto pages = number(fields, kResidentPages)) {
    families.add({}, *pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  }
  families.gauge("process_virtual_memory_bytes", "Memory that is mapped");
  if (const auto bytes = number(fields, kVirtualBytes)) families.add({}, *bytes);
  families.gauge("process_open_fds", "Open file descriptors");
  if (const auto count = open_files()) families.add({}, *count);
  rlimit limit{};
  families.gauge("process_max_fds", "File descriptors that may be open");
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    families.add({}, static_cast<double>(limit.rlim_cur));
  }
  families.gauge("process_start_time_seconds", "Start of the process, in seconds since the epoch");
  if (started_at_ > 0) families.add({}, started_at_);
}

}  // namespace remit::metrics
