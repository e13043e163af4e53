#include "support/postgres.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

// libpqxx 6.4 forgets the result in its hand when it finds the connection broken.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6"; }

// It is not instrumented: a thread that finds its table of encodings made, by the guard that the
// compiler put in, seems to ThreadSanitizer to read it without one.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "called_from_lib:libpqxx"; }

namespace remit::test {
namespace {

using Arguments = std::vector<std::string>;

// PostgreSQL refuses to run as root.
const passwd* server_account() {
  if (geteuid() != 0) return nullptr;
  const passwd* account = getpwnam("postgres");
  if (account == nullptr)
    throw std::runtime_error("running as root, and there is no user postgres");
  return account;
}

std::filesystem::path find_binary(const std::string& name) {
  std::filesystem::path newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(entry.path().filename().c_str());
    const auto candidate = entry.path() / "bin" / name;
    if (version > newest_version && std::filesystem::exists(candidate)) {
      newest_version = version;
      newest = candidate;
    }
  }
  std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
  for (std::string folder; newest.empty() && std::getline(path, folder, ':');) {
    const auto candidate = std::filesystem::path(folder) / name;
    if (std::filesystem::exists(candidate)) newest = candidate;
  }
  if (newest.empty()) throw std::runtime_error("PostgreSQL's server is not installed: no " + name);
  return newest;
}

// Between fork and exec only calls that are safe while other threads hold locks.
pid_t spawn(const Arguments& arguments, const std::filesystem::path& log, int standard_input) {
  const passwd* account = server_account();
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int input = standard_input >= 0 ? standard_input : open("/dev/null", O_RDONLY);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  setsid();  // a terminal's Ctrl-C is for the test program alone
  if (account != nullptr && (setgroups(0, nullptr) != 0 || setgid(account->pw_gid) != 0 ||
                             setuid(account->pw_uid) != 0)) {
    _exit(126);
  }
  execv(words[0], words.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string database_of(const std::string& url) {
  const std::size_t begin = url.rfind('/', url.find('?')) + 1;
  return url.substr(begin, url.find('?') - begin);
}

}  // namespace

PostgresSession::PostgresSession(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_) == CONNECTION_OK) return;
  const std::string message = PQerrorMessage(connection_);
  PQfinish(connection_);
  throw std::runtime_error(message);
}

PostgresSession::~PostgresSession() { PQfinish(connection_); }

std::string PostgresSession::query(const std::string& sql) {
  send(sql);
  return receive();
}

void PostgresSession::send(const std::string& sql) {
  if (PQsendQuery(connection_, sql.c_str()) != 1)
    throw std::runtime_error(PQerrorMessage(connection_));
}

std::string PostgresSession::receive() {
  std::string first;
  std::string failure;
  while (PGresult* result = PQgetResult(connection_)) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      failure = PQresultErrorMessage(result);
    if (PQntuples(result) > 0) first = PQgetvalue(result, 0, 0);
    PQclear(result);
  }
  if (!failure.empty()) throw std::runtime_error(failure);
  return first;
}

PostgresCluster::PostgresCluster(Unfilled) {
  std::string pattern = std::filesystem::temp_directory_path() / "remit-postgres-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  folder_ = pattern;
  if (const passwd* account = server_account()) {
    if (chown(folder_.c_str(), account->pw_uid, account->pw_gid) != 0) {
      throw std::runtime_error("cannot give away " + pattern);
    }
  }
  start_guardian();
}

PostgresCluster::PostgresCluster(std::initializer_list<std::string> settings)
    : PostgresCluster(Unfilled{}) {
  for (const std::string& setting : settings) settings_ += setting + "\n";
  const pid_t initdb = spawn({find_binary("initdb"), "-D", folder_ / "data", "-U", "remit", "-A",
                              "trust", "-E", "UTF8", "--no-locale", "--no-sync"},
                             folder_ / "log", -1);
  if (wait_for(initdb) != 0) throw std::runtime_error("initdb failed:\n" + log_tail());
  configure();
  start();
}

std::unique_ptr<PostgresCluster> PostgresCluster::make_standby() {
  std::unique_ptr<PostgresCluster> standby(new PostgresCluster(Unfilled{}));
  const pid_t copying =
      spawn({find_binary("pg_basebackup"), "-D", standby->folder_ / "data", "-h", folder_, "-U",
             "remit", "-c", "fast", "--no-sync", "--write-recovery-conf"},
            standby->folder_ / "log", -1);
  if (wait_for(copying) != 0) {
    throw std::runtime_error("pg_basebackup failed:\n" + standby->log_tail());
  }
  standby->configure();
  standby->start();
  return standby;
}

void PostgresCluster::promote() {
  PostgresSession(url_of("postgres")).query("SELECT pg_promote()");
}

void PostgresCluster::configure() {
  std::ofstream(folder_ / "data" / "postgresql.conf", std::ios::app)
      << "listen_addresses = ''\nunix_socket_directories = '" << folder_.string()
      << "'\n"
      // In the data folder, which the guardian removes: /dev/shm would keep what a crash leaves.
      << "dynamic_shared_memory_type = mmap\n"
      << "max_connections = 60\nshared_buffers = 32MB\nmax_wal_size = 256MB\n"
      << "log_min_messages = warning\nlog_min_error_statement = panic\n"
      << settings_;
}

PostgresCluster::~PostgresCluster() {
  if (is_running()) stop(SIGQUIT);
  close(guardian_pipe_);
  wait_for(guardian_);
}

PostgresCluster& PostgresCluster::shared() {
  static PostgresCluster cluster;
  return cluster;
}

// Lives until the other end of its input is closed, by us or by our death, and then cleans up.
void PostgresCluster::start_guardian() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  guardian_pipe_ = ends[1];
  guardian_ =
      spawn({"/bin/sh", "-c",
             "trap '' INT TERM HUP; read -r line; pid=$(head -n 1 \"$0/data/postmaster.pid\");"
             "if [ -n \"$pid\" ]; then kill -QUIT \"$pid\"; sleep 1; fi; rm -rf \"$0\"",
             folder_},
            "/dev/null", ends[0]);
  close(ends[0]);
}

void PostgresCluster::start() {
  if (is_running()) return;
  server_ = spawn({find_binary("postgres"), "-D", folder_ / "data"}, folder_ / "log", -1);
  const std::string url = url_of("postgres");
  while (PQping(url.c_str()) != PQPING_OK) {
    if (waitpid(server_, nullptr, WNOHANG) != 0) {
      server_ = 0;
      throw std::runtime_error("PostgreSQL does not start:\n" + log_tail());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void PostgresCluster::stop_immediate() { stop(SIGQUIT); }
void PostgresCluster::stop_fast() { stop(SIGINT); }

// Backends are children of the server; each is in a group of its own.
void PostgresCluster::signal_all(int signal) const {
  kill(server_, signal);
  const std::string id = std::to_string(server_);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  for (pid_t child = 0; children >> child;) kill(child, signal);
}

void PostgresCluster::freeze() {
  signal_all(SIGSTOP);
  is_frozen_ = true;
}

void PostgresCluster::thaw() {
  if (std::exchange(is_frozen_, false)) signal_all(SIGCONT);
}

void PostgresCluster::stop(int signal) {
  if (!is_running()) return;
  thaw();
  kill(server_, signal);
  wait_for(server_);
  server_ = 0;
}

std::string PostgresCluster::url_of(std::string_view database) const {
  return "postgresql:///" + std::string(database) + "?user=remit&host=" + folder_.string();
}

std::string PostgresCluster::url() { return create_database(""); }

std::string PostgresCluster::copy_of(const std::string& url) {
  return create_database(" TEMPLATE " + database_of(url));
}

std::string PostgresCluster::create_database(const std::string& clauses) {
  const std::string name = "test_" + std::to_string(++databases_);
  PostgresSession(url_of("postgres")).query("CREATE DATABASE " + name + clauses);
  return url_of(name);
}

std::string PostgresCluster::log_tail() const {
  std::ifstream file(folder_ / "log");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return text.size() > 4000 ? text.substr(text.size() - 4000) : text;
}

}  // namespace remit::test
