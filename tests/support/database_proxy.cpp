#include "support/database_proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace remit::test {
namespace {

constexpr std::string_view kCommit("COMMIT\0", 7);
/// In the message that binds their parameters; see OperationTraits::one_statement.
constexpr std::array<std::string_view, 6> kCommitThemselves{
    std::string_view("\0saga_insert\0", 13),    std::string_view("\0saga_insert_untouched\0", 23),
    std::string_view("\0saga_save\0", 11),      std::string_view("\0saga_save_bare\0", 16),
    std::string_view("\0saga_save_told\0", 16), std::string_view("\0test_one_statement\0", 20)};

/// Keeps up with whether the connection is in a transaction.
bool commits(std::string_view request, bool& in_transaction) {
  if (request.find(kCommit) != std::string_view::npos) {
    in_transaction = false;
    return true;
  }
  if (request.starts_with('Q') && request.substr(0, 16).find("BEGIN") != std::string_view::npos) {
    in_transaction = true;
  }
  if (request.starts_with('Q') &&
      request.substr(0, 16).find("ROLLBACK") != std::string_view::npos) {
    in_transaction = false;
  }
  if (in_transaction) return false;
  return std::ranges::any_of(kCommitThemselves, [request](std::string_view name) {
    return request.starts_with('B') && request.substr(0, 64).find(name) != std::string_view::npos;
  });
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int make_socket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string read_some(int from) {
  std::array<char, 65536> buffer{};
  const ssize_t received = recv(from, buffer.data(), buffer.size(), 0);
  return received <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(received));
}

}  // namespace

DatabaseProxy::DatabaseProxy(const std::filesystem::path& server_folder, const std::string& port)
    : server_folder_(server_folder), socket_name_(".s.PGSQL." + port) {
  listener_ = make_socket();
  const sockaddr_un address = address_of(folder_ / socket_name_);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 64) != 0 || pipe2(stop_pipe_, O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot listen in " + folder_.path());
  }
  acceptor_ = std::thread([this] { accept_connections(); });
}

DatabaseProxy::~DatabaseProxy() {
  close(stop_pipe_[1]);  // every thread sees the end of the pipe
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  close(stop_pipe_[0]);
  close(listener_);
}

std::string DatabaseProxy::url_through(const std::string& url) const {
  std::string changed = url;
  const std::size_t at = changed.find(server_folder_.string());
  if (at == std::string::npos) throw std::runtime_error("not a URL of that server: " + url);
  return changed.replace(at, server_folder_.string().size(), folder_.path());
}

void DatabaseProxy::accept_connections() {
  while (true) {
    std::array<pollfd, 2> waits{{{listener_, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}}};
    poll(waits.data(), waits.size(), -1);
    if (waits[1].revents != 0) return;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const std::lock_guard lock(mutex_);
    connections_.emplace_back([this, client] { copy(client); });
  }
}

void DatabaseProxy::arm(DeadlyMessage message) {
  const std::lock_guard lock(mutex_);
  deadly_ = std::move(message);
}

void DatabaseProxy::disarm() {
  const std::lock_guard lock(mutex_);
  deadly_.reset();
}

void DatabaseProxy::copy(int client) {
  Link link{.client = client, .server = make_socket()};
  const sockaddr_un address = address_of(server_folder_ / socket_name_);
  bool linked =
      connect(link.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (linked) {
    std::array<pollfd, 3> waits{
        {{client, POLLIN, 0}, {link.server, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}}};
    poll(waits.data(), waits.size(), -1);
    if (waits[2].revents != 0) break;
    if (waits[0].revents != 0) linked = forward_request(link);
    if (linked && waits[1].revents != 0) linked = forward_answer(link);
  }
  close(link.server);
  close(client);
}

bool DatabaseProxy::forward_request(Link& link) {
  const std::string request = read_some(link.client);
  if (request.empty()) return false;
  count(link, request);
  if (is_end(link, false)) return false;
  const CommitFault fault = commits(request, link.in_transaction)
                                ? fault_.exchange(CommitFault::none)
                                : CommitFault::none;
  if (fault == CommitFault::none) return write_all(link.server, request);
  if (fault == CommitFault::lose_answer) carry_out(request, link.client, link.server);
  ++faults_done_;
  return false;
}

bool DatabaseProxy::forward_answer(const Link& link) {
  const std::string answer = read_some(link.server);
  return !answer.empty() && !is_end(link, true) && write_all(link.client, answer);
}

void DatabaseProxy::count(Link& link, const std::string& request) {
  const std::lock_guard lock(mutex_);
  const std::string name = deadly_ ? '\0' + deadly_->statement + '\0' : std::string();
  if (!deadly_) {
    link.messages = 0;
  } else if (request.starts_with('B') && request.substr(0, 64).find(name) != std::string::npos) {
    link.messages = 1;
  } else if (link.messages > 0) {
    link.messages = link.in_transaction ? link.messages + 1 : 0;
  }
}

bool DatabaseProxy::is_end(const Link& link, bool is_answer) {
  const std::lock_guard lock(mutex_);
  if (!deadly_ || link.messages != deadly_->nth || is_answer != deadly_->is_answer) return false;
  ucred program{};
  socklen_t size = sizeof program;
  getsockopt(link.client, SOL_SOCKET, SO_PEERCRED, &program, &size);
  ::kill(program.pid, SIGKILL);
  deadly_.reset();
  ++faults_done_;
  return true;
}

/// What is done stays between us. A long request comes in several pieces.
void DatabaseProxy::carry_out(std::string request, int client, int server) const {
  while (!request.empty() && write_all(server, request)) {
    std::array<pollfd, 3> waits{
        {{server, POLLIN, 0}, {client, POLLIN, 0}, {stop_pipe_[0], POLLIN, 0}}};
    poll(waits.data(), waits.size(), -1);
    if (waits[0].revents != 0 || waits[2].revents != 0) return;
    request = read_some(client);
  }
}

}  // namespace remit::test
