#include "support/nginx.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace remit::test {
namespace {

void replace_once(std::string& text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos || text.find(what, at + 1) != std::string::npos) {
    throw std::runtime_error("nginx.conf does not have exactly once: " + what);
  }
  text.replace(at, what.size(), with);
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("nginx.conf does not have: " + what);
  for (; at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string written(const std::string& path, const std::string& content) {
  std::ofstream(path) << content;
  return path;
}

}  // namespace

std::string Nginx::configuration(const std::vector<std::string>& instances,
                                 const NginxOptions& options) const {
  std::string text = content_of(REMIT_ROOT "/nginx.conf");
  replace_once(text, "listen 9999 ", "listen unix:" + (folder_ / "nginx.sock") + " ");
  replace_once(text, "server unix:/run/remit/remitd-1.sock ", "server " + instances.at(0) + " ");
  replace_once(text, "server unix:/run/remit/remitd-2.sock ", "server " + instances.at(1) + " ");
  replace_all(text, " /tmp/nginx", " " + (folder_ / "nginx"));
  replace_once(text, "access_log /dev/stdout ", "access_log " + (folder_ / "access.log") + " ");
  // Its workers have to reach sockets that belong to the user who runs the tests.
  if (::geteuid() == 0) text.insert(0, "user root;\n");
  if (!options.key.empty()) {
    replace_all(text, "#tls ", "");
    replace_once(text, "listen 9443 ", "listen unix:" + tls_socket() + " ");
    replace_once(text, "/run/tls/fullchain.pem", written(folder_ / "chain", options.certificate));
    replace_once(text, "/run/tls/privkey.pem", written(folder_ / "key", options.key));
  }
  if (!options.rate.empty()) {
    replace_all(text, "#limit ", "");
    replace_once(text, "rate=100r/s", "rate=" + options.rate);
    replace_once(text, "burst=200 ", "burst=2 ");
  }
  return written(folder_ / "nginx.conf", text);
}

Nginx::Nginx(const std::vector<std::string>& instances, const NginxOptions& options)
    : api_(folder_ / "nginx.sock"),
      process_({REMIT_NGINX, "-c", configuration(instances, options), "-p", folder_ / "", "-e",
                folder_ / "start.log", "-g", "daemon off;"}) {
  const bool listens = eventually([&] {
    if (!process_.is_running()) return true;
    try {
      static_cast<void>(api_.connect());
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  });
  if (!listens || !process_.is_running()) {
    throw std::runtime_error("nginx: " + process_.standard_error() +
                             content_of(folder_ / "start.log"));
  }
}

std::set<std::string> Nginx::workers() const {
  const std::string process = std::to_string(process_.pid());
  std::istringstream children(content_of("/proc/" + process + "/task/" + process + "/children"));
  return {std::istream_iterator<std::string>(children), {}};
}

void Nginx::reload() {
  const std::set<std::string> old = workers();
  process_.signal(SIGHUP);
  const bool reloaded = eventually([&] {
    const std::set<std::string> now = workers();
    return now.size() == old.size() &&
           std::ranges::none_of(old, [&](const std::string& pid) { return now.contains(pid); });
  });
  if (!reloaded) throw std::runtime_error("nginx does not reload");
}

Json Nginx::access_line(const std::string& request_id) const {
  Json found;
  static_cast<void>(eventually([&] {
    std::ifstream log(folder_ / "access.log");
    for (std::string line; std::getline(log, line);) {
      const Json entry = Json::parse(line, nullptr, false);
      if (entry.is_object() && entry.value("request_id", "") == request_id) found = entry;
    }
    return !found.is_null();
  }));
  return found;
}

}  // namespace remit::test
