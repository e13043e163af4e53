#include "support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace remit::test {
namespace {

constexpr std::chrono::milliseconds kPause{5};

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> clean_environment(const std::vector<std::string>& additions) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("REMIT_")) environment.emplace_back(*entry);
  }
  environment.insert(environment.end(), additions.begin(), additions.end());
  return environment;
}

}  // namespace

MemoryFile::MemoryFile(std::string_view content)
    : descriptor_(memfd_create("remit-test", MFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::runtime_error("memfd_create failed");
  while (!content.empty()) {
    const ssize_t written = write(descriptor_, content.data(), content.size());
    if (written <= 0) throw std::runtime_error("cannot write a memory file");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemoryFile::~MemoryFile() { close(descriptor_); }

std::string MemoryFile::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor_);
}

std::string MemoryFile::content() const {
  std::string text;
  std::array<char, 16'384> bytes{};
  while (true) {
    const ssize_t count =
        pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(text.size()));
    if (count <= 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

// Between fork and exec only calls that are safe while other threads hold locks.
ChildProcess::ChildProcess(std::vector<std::string> words,
                           std::vector<std::string> environment_additions) {
  std::vector<std::string> environment = clean_environment(environment_additions);
  const std::vector<char*> arguments = pointers_to(words);
  const std::vector<char*> variables = pointers_to(environment);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  // a sibling may watch it where only parents may
  if (getppid() != parent) _exit(127);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(output_.descriptor(), STDOUT_FILENO);
  dup2(error_.descriptor(), STDERR_FILENO);
  setsid();  // a terminal's Ctrl-C is for the test program alone
  execve(arguments[0], arguments.data(), variables.data());
  _exit(127);
}

ChildProcess::~ChildProcess() { kill(); }

bool ChildProcess::is_running() {
  if (status_) return false;
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return false;
}

void ChildProcess::signal(int number) {
  if (is_running()) ::kill(pid_, number);
}

void ChildProcess::kill() {
  signal(SIGKILL);
  while (is_running()) std::this_thread::sleep_for(kPause);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (is_running()) {
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(kPause);
  }
  return status_;
}

long ChildProcess::status_figure(const std::string& name) const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  throw std::runtime_error("no figure " + name + " of process " + std::to_string(pid_));
}

}  // namespace remit::test
