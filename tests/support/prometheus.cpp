#include "support/prometheus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace remit::test {
namespace {

constexpr std::chrono::seconds kStartTimeout{60};

std::string configuration(const TemporaryFolder& folder, const std::vector<std::uint16_t>& ports) {
  std::string targets;
  for (const std::uint16_t port : ports) {
    targets += (targets.empty() ? "" : ", ") + ("'127.0.0.1:" + std::to_string(port) + "'");
  }
  std::string text =
      "global: {scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 250ms}\n"
      "rule_files: ['" REMIT_ROOT "/deploy/prometheus/alerts.yml']\n";
  if (!ports.empty()) {
    text += "scrape_configs:\n  - job_name: remit\n    static_configs: [{targets: [" + targets +
            "]}]\n";
  }
  const std::string path = folder / "prometheus.yml";
  std::ofstream(path) << text;
  return path;
}

std::uint16_t await_port(ChildProcess& process) {
  static const std::regex kListening(R"(msg="Listening on".* address=127\.0\.0\.1:(\d+))");
  std::smatch match;
  std::string log;
  const bool is_ready = eventually(
      [&] {
        log = process.standard_error();
        return !process.is_running() || log.find("Server is ready") != std::string::npos;
      },
      kStartTimeout);
  if (!is_ready || !std::regex_search(log, match, kListening)) {
    throw std::runtime_error("prometheus does not start: " + log);
  }
  return static_cast<std::uint16_t>(std::stoi(match.str(1)));
}

std::string encoded(const std::string& text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      result += c;
    } else {
      result += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return result;
}

}  // namespace

Prometheus::Prometheus(const std::vector<std::uint16_t>& ports)
    : process_({REMIT_PROMETHEUS, "--config.file=" + configuration(folder_, ports),
                "--storage.tsdb.path=" + (folder_ / "data"), "--web.listen-address=127.0.0.1:0",
                "--log.level=info"}),
      port_(await_port(process_)) {}

Json Prometheus::query(const std::string& expression) const {
  // In HTTP/1.0: a long answer would come in chunks.
  RawSocket socket = RawSocket::to_port(port_);
  socket.send("GET /api/v1/query?query=" + encoded(expression) +
              " HTTP/1.0\r\nHost: prometheus\r\n\r\n");
  const std::string answer = socket.read_to_end();
  const std::size_t body = answer.find("\r\n\r\n");
  const Json json =
      body == std::string::npos ? Json() : Json::parse(answer.substr(body + 4), nullptr, false);
  if (!json.is_object() || json.value("status", "") != "success") {
    throw std::runtime_error("prometheus does not take " + expression + ": " + answer);
  }
  return json.at("data").at("result");
}

bool Prometheus::sees(const std::string& alert) const {
  return !query("ALERTS{alertname=\"" + alert + "\"}").empty();
}

void Prometheus::await(const std::string& alert) const {
  EXPECT_TRUE(eventually([&] { return sees(alert); })) << alert << " is not seen";
}

std::uint16_t metrics_port(RemitProcess& remit) {
  std::uint16_t port = 0;
  const bool told = eventually([&] {
    std::istringstream lines(remit.process().standard_error());
    for (std::string line; std::getline(lines, line);) {
      const Json entry = Json::parse(line, nullptr, false);
      if (entry.is_object() && entry.value("event", "") == "serving metrics") {
        port = entry.at("port").get<std::uint16_t>();
      }
    }
    return port != 0 || !remit.process().is_running();
  });
  if (!told || port == 0) throw std::runtime_error("remitd serves no metrics");
  return port;
}

ToolAnswer promtool(const std::vector<std::string>& words) {
  std::vector<std::string> all = {REMIT_PROMTOOL};
  all.insert(all.end(), words.begin(), words.end());
  ChildProcess process(all);
  const std::optional<int> status = process.wait(kStartTimeout);
  return {status.value_or(-1), process.standard_output() + process.standard_error()};
}

std::map<std::string, ExposedFamily> families_of(const std::string& exposition) {
  static const std::regex kType(R"(# TYPE (\w+) (\w+))");
  static const std::regex kLabel(R"re((\w+)="(?:[^"\\]|\\.)*")re");
  std::map<std::string, ExposedFamily> families;
  std::map<std::string, std::set<std::string>> labels;
  std::string current;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, kType)) {
      current = match.str(1);
      families[current].type = match.str(2);
    } else if (!line.starts_with('#')) {
      for (auto it = std::sregex_iterator(line.begin(), line.end(), kLabel);
           it != std::sregex_iterator(); ++it) {
        if (it->str(1) != "le") labels[current].insert(it->str(1));
      }
    }
  }
  for (auto& [name, family] : families) {
    family.labels.assign(labels[name].begin(), labels[name].end());
  }
  return families;
}

}  // namespace remit::test
