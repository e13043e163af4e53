#include "faults/crash/crash_trap.hpp"

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "support/http_api.hpp"

namespace remit::test {
namespace {

/// The loop is the thread that the process began with.
std::vector<std::string> threads_of(pid_t process, Watched watched) {
  const std::string first = std::to_string(process);
  if (watched == Watched::loop) return {first};
  std::vector<std::string> threads;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + first + "/task")) {
    const std::string thread = entry.path().filename();
    if (thread != first) threads.push_back(thread);
  }
  return threads;
}

std::vector<std::string> strace_words(const std::vector<std::string>& threads,
                                      const std::string& call, int nth) {
  std::vector<std::string> words = {"/usr/bin/strace", "-o", "/dev/null", "-e",
                                    "trace=" + call,   "-e"};
  words.push_back("inject=" + call + ":signal=SIGKILL:when=" + std::to_string(nth));
  for (const std::string& thread : threads) {
    words.emplace_back("-p");
    words.push_back(thread);
  }
  return words;
}

std::size_t occurrences(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

}  // namespace

CrashTrap::CrashTrap(pid_t process, Watched watched, const std::string& call, int nth) {
  // A thread that was making a connection may have ended since the threads were counted.
  const bool set = eventually([&] {
    const std::vector<std::string> threads = threads_of(process, watched);
    strace_.emplace(strace_words(threads, call, nth));
    return is_attached(threads.size());
  });
  if (!set) throw std::runtime_error("strace: " + strace_->standard_error());
}

bool CrashTrap::is_attached(std::size_t threads) {
  const auto has_failed = [&] {
    return strace_->standard_error().find("ttach: ") != std::string::npos;
  };
  const bool attached = eventually([&] {
    return occurrences(strace_->standard_error(), " attached") >= threads || has_failed() ||
           !strace_->is_running();
  });
  // Killed already is as good as watched: a process that is not idle may reach its call at once.
  return attached && !has_failed();
}

}  // namespace remit::test
