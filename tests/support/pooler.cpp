#include "support/pooler.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/files.hpp"

namespace remit::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/pgbouncer";

}  // namespace

Pooler::Pooler(const PostgresCluster& cluster, const std::string& mode,
               const std::string& settings) {
  if (access(kProgram, X_OK) != 0) throw std::runtime_error("PgBouncer is not installed");
  std::string pattern = cluster.socket_folder() / "pooler-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  std::ofstream(folder_ / "ini") << "[databases]\n* = host=" << cluster.socket_folder().string()
                                 << " user=remit\n[pgbouncer]\nunix_socket_dir = " << pattern
                                 << "\nlisten_port = " << kPort
                                 << "\nauth_type = any\npool_mode = " << mode << "\n"
                                 << settings << "\n";
  // Neither of the two servers runs as root.
  const passwd* account = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  if (account != nullptr && chown(folder_.c_str(), account->pw_uid, account->pw_gid) != 0) {
    throw std::runtime_error("cannot give away " + pattern);
  }
  const std::string ini = folder_ / "ini";
  const std::string log = folder_ / "log";
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("fork failed");
  if (process_ == 0) {
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setsid();
    if (account != nullptr && (setgroups(0, nullptr) != 0 || setgid(account->pw_gid) != 0 ||
                               setuid(account->pw_uid) != 0)) {
      _exit(126);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(kProgram, kProgram, ini.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  while (PQping(url_of(cluster.url_of("postgres")).c_str()) != PQPING_OK) {
    if (waitpid(process_, nullptr, WNOHANG) != 0) {
      process_ = 0;
      throw std::runtime_error("PgBouncer does not start:\n" + content_of(log));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Pooler::~Pooler() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Pooler::url_of(const std::string& direct_url) const {
  const std::size_t host = direct_url.find("&host=");
  if (host == std::string::npos) throw std::runtime_error("not a URL of a test's database");
  return direct_url.substr(0, host) + "&host=" + folder_.string() + "&port=" + kPort;
}

}  // namespace remit::test
