#include "support/server_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "support/http_api.hpp"

namespace remit::test {
namespace {

constexpr const char* kSize = "size=192m";
constexpr const char* kTracer = "/usr/bin/strace";

/// Unseen by the rest of the system, and gone with the last of our processes.
bool mount_for_us_alone(const std::filesystem::path& folder) {
  return unshare(CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", folder.c_str(), "tmpfs", 0, kSize) == 0;
}

pid_t postmaster_of(const PostgresCluster& server) {
  std::ifstream file(server.socket_folder() / "data" / "postmaster.pid");
  pid_t pid = 0;
  file >> pid;
  return pid;
}

/// A field of /proc/PID/status.
std::string status_of(const std::string& pid, const std::string& field) {
  std::ifstream file("/proc/" + pid + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field + ":\t")) return line.substr(field.size() + 2);
  }
  return "";
}

/// Ended, whether or not anybody has noticed.
bool is_gone(pid_t pid) {
  const std::string state = pid <= 0 ? "" : status_of(std::to_string(pid), "State");
  return state.empty() || state.starts_with("Z");
}

std::vector<std::string> processes_of(pid_t postmaster) {
  std::vector<std::string> pids = {std::to_string(postmaster)};
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string pid = entry.path().filename();
    if (status_of(pid, "PPid") == pids.front()) pids.push_back(pid);
  }
  return pids;
}

}  // namespace

ServerDisk::ServerDisk() {
  std::string pattern = std::filesystem::temp_directory_path() / "remit-disk-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  is_mounted_ = mount_for_us_alone(folder_);
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  const char* const usual = std::getenv("TMPDIR");
  const std::optional<std::string> before =
      usual == nullptr ? std::nullopt : std::optional<std::string>(usual);
  setenv("TMPDIR", folder_.c_str(), 1);
  server_ = std::make_unique<PostgresCluster>();
  if (before) {
    setenv("TMPDIR", before->c_str(), 1);
  } else {
    unsetenv("TMPDIR");
  }
}

ServerDisk::~ServerDisk() {
  tracer_.reset();
  server_.reset();
  if (is_mounted_) umount2(folder_.c_str(), MNT_DETACH);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ServerDisk::fill() {
  if (!is_mounted_) {
    inject("pwrite64,pwritev,pwritev2,fallocate", "error=ENOSPC");
    return;
  }
  const int ballast = open((folder_ / "ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::vector<char> block(65536, 'x');
  for (std::size_t size = block.size(); size > 0;) {
    if (write(ballast, block.data(), size) <= 0) size /= 2;
  }
  close(ballast);
}

void ServerDisk::slow_down(int milliseconds) {
  inject("fdatasync,fsync", "delay_enter=" + std::to_string(milliseconds * 1000));
}

void ServerDisk::break_flushes() { inject("fdatasync,fsync", "error=EIO"); }

void ServerDisk::inject(const std::string& calls, const std::string& effect) {
  std::vector<std::string> words = {kTracer,
                                    "-f",
                                    "-qq",
                                    "-o",
                                    "/dev/null",
                                    "-e",
                                    "trace=" + calls,
                                    "-e",
                                    "inject=" + calls + ":" + effect};
  const std::vector<std::string> pids = processes_of(postmaster_of(*server_));
  for (const std::string& pid : pids) {
    words.emplace_back("-p");
    words.push_back(pid);
  }
  tracer_.emplace(words);
  const bool watching = eventually([&] {
    if (!tracer_->is_running()) return true;
    return status_of(pids.front(), "TracerPid") != "0";
  });
  if (!watching || !tracer_->is_running()) {
    throw std::runtime_error("strace: " + tracer_->standard_error());
  }
}

void ServerDisk::heal() {
  if (tracer_) {
    tracer_->signal(SIGTERM);  // it lets go of what it watches
    static_cast<void>(tracer_->wait(std::chrono::seconds(30)));
    tracer_.reset();
  }
  std::error_code ignored;
  std::filesystem::remove(folder_ / "ballast", ignored);
  // It may have given up, be on its way back, or never have noticed.
  const auto is_up = [this] {
    try {
      return PostgresSession(server_->url_of("postgres")).query("SELECT 1") == "1";
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  const pid_t postmaster = postmaster_of(*server_);
  const bool settled = eventually([&] { return is_gone(postmaster) || is_up(); });
  if (!settled || !is_up()) {
    server_->stop_immediate();
    server_->start();
  }
}

}  // namespace remit::test
