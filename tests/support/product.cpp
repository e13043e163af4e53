#include "support/product.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace remit::test {
namespace {

constexpr std::chrono::seconds kStartTimeout{60};

// libpqxx 6.4 forgets the result in its hand when it finds the connection broken.
const std::string& leak_suppressions() {
  static const MemoryFile file("leak:libpqxx-6\n");
  static const std::string options =
      "LSAN_OPTIONS=print_suppressions=0:suppressions=" + file.path();
  return options;
}

std::vector<std::string> with_ours(std::vector<std::string> environment) {
  environment.push_back(leak_suppressions());
  return environment;
}

std::map<std::string, std::uint16_t> read_ports(ChildProcess& process) {
  std::string line;
  const bool told = eventually(
      [&] {
        line = process.standard_output();
        return line.ends_with('\n') || !process.is_running();
      },
      kStartTimeout);
  const Json ports = Json::parse(line, nullptr, false);
  if (!told || !ports.is_object()) {
    throw std::runtime_error("the sandbox does not start: " + process.standard_error());
  }
  return ports.get<std::map<std::string, std::uint16_t>>();
}

std::vector<std::string> serve_words(const MemoryFile& config,
                                     const std::vector<std::string>& settings,
                                     const std::string& shell) {
  std::vector<std::string> words;
  if (!shell.empty()) words = {"/bin/sh", "-c", shell + "; exec \"$@\"", "sh"};
  words.insert(words.end(), {REMIT_SERVER_PROGRAM, "serve", "--config", config.path()});
  for (const std::string& setting : settings) {
    words.emplace_back("--set");
    words.push_back(setting);
  }
  return words;
}

struct ProviderLine {
  std::string kind;
  std::string name;
  std::string role;
  std::string more;
};

}  // namespace

std::uint16_t port_in_log(const std::string& log) {
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const Json entry = Json::parse(line, nullptr, false);
    if (entry.is_object() && entry.contains("port")) return entry.at("port").get<std::uint16_t>();
  }
  return 0;
}

SandboxProcess::SandboxProcess()
    : process_({REMIT_SANDBOX_PROGRAM, "--base-port", "0"}), ports_(read_ports(process_)) {}

SandboxProcess::~SandboxProcess() {
  EXPECT_TRUE(process_.is_running()) << "the sandbox ended early\n" << process_.standard_error();
}

std::string SandboxProcess::url(const std::string& provider) const {
  return "http://127.0.0.1:" + std::to_string(ports_.at(provider));
}

HttpApi SandboxProcess::api(const std::string& provider) const {
  return HttpApi(ports_.at(provider));
}

void SandboxProcess::set_faults(const std::string& provider, const Json& faults) const {
  const HttpAnswer answer = api(provider).send("PUT", "/admin/faults", faults.dump());
  if (answer.status >= 300) throw std::runtime_error("faults refused: " + answer.body);
}

Json SandboxProcess::books(const std::string& provider) const {
  return api(provider).get("/admin/books").json();
}

std::map<std::string, int> SandboxProcess::operations(
    const std::vector<std::string>& providers) const {
  std::map<std::string, int> counts;
  for (const std::string& provider : providers) {
    const Json all = books(provider);
    for (const Json& record : all.at("records")) ++counts[record.at("operation_id")];
  }
  return counts;
}

Json SandboxProcess::summary(const std::string& processor, const std::string& query) const {
  return api(processor).get("/admin/payments-summary" + query, {{"X-Rinha-Token", "123"}}).json();
}

std::string remit_config(const SandboxProcess& world, const std::string& database_url,
                         const std::string& provider_timeout) {
  static const std::vector<ProviderLine> kProviders = {
      {"processor", "default", "default", "fee = { percent = \"5.0\" }"},
      {"processor", "fallback", "fallback", "fee = { percent = \"15.0\" }"},
      {"onramp", "swift-onramp", "default", "health_interval = \"1s\""},
      {"onramp", "steady-onramp", "fallback", "health_interval = \"1s\""},
      {"offramp", "swift-offramp", "default", "health_interval = \"1s\""},
      {"offramp", "steady-offramp", "fallback", "health_interval = \"1s\""},
      {"rates", "rates", "default", ""}};
  std::string text =
      "[server]\nlisten = \"127.0.0.1:0\"\n"
      "[database]\nurl = \"" +
      database_url +
      "\"\n[auth]\nmode = \"none\"\n[charge]\nallow_purge = true\n"
      "[engine]\npoll_interval = \"50ms\"\nlease = \"5s\"\nbackoff_min = \"20ms\"\n"
      "backoff_max = \"500ms\"\n";
  for (const ProviderLine& provider : kProviders) {
    text += "[[provider]]\nkind = \"" + provider.kind + "\"\nname = \"" + provider.name +
            "\"\nrole = \"" + provider.role + "\"\nurl = \"" + world.url(provider.name) +
            "\"\ntimeout = \"" + provider_timeout + "\"\n" + provider.more + "\n";
  }
  return text;
}

RemitProcess::RemitProcess(NotReady, const std::string& config,
                           const std::vector<std::string>& settings,
                           const std::vector<std::string>& environment, const std::string& shell)
    : config_(config), process_(serve_words(config_, settings, shell), with_ours(environment)) {}

RemitProcess::RemitProcess(const std::string& config, const std::vector<std::string>& settings,
                           const std::vector<std::string>& environment, const std::string& shell)
    : RemitProcess(NotReady{}, config, settings, environment, shell) {
  const bool serving = eventually(
      [this] {
        port_ = port_in_log(process_.standard_error());
        return port_ != 0 || !process_.is_running();
      },
      kStartTimeout);
  api_ = HttpApi(port_);
  const bool ready = serving && port_ != 0 &&
                     eventually(
                         [this] {
                           const auto answer = api_.attempt("GET", "/readyz");
                           return answer && answer->status == 200;
                         },
                         kStartTimeout);
  if (!ready) throw std::runtime_error("remitd does not start: " + process_.standard_error());
}

RemitProcess::~RemitProcess() {
  if (testing::Test::HasFailure()) std::cerr << "remitd said:\n" << process_.standard_error();
}

int RemitProcess::terminate() {
  process_.signal(SIGTERM);
  const std::optional<int> status = process_.wait(std::chrono::seconds(40));
  EXPECT_TRUE(status.has_value()) << "remitd does not stop\n" << process_.standard_error();
  return status.value_or(-1);
}

std::string fresh_uuid() {
  std::ifstream source("/proc/sys/kernel/random/uuid");
  std::string text;
  source >> text;
  return text;
}

std::string fresh_key() { return "key-" + fresh_uuid(); }

Json conversion_body() {
  return {{"amount", 100000},
          {"currency", "USD"},
          {"destination_currency", "EUR"},
          {"source_account", "user123"},
          {"destination_account", "merchant456"}};
}

Json accept_conversion(const HttpApi& api, const Json& body) {
  const HttpAnswer answer = api.post("/payments", body, {{"Idempotency-Key", fresh_key()}});
  EXPECT_EQ(answer.status, 202) << answer.body;
  return answer.status == 202 ? answer.json() : Json::object();
}

std::string accept_charge(const HttpApi& api, const std::string& amount) {
  const std::string id = fresh_uuid();
  const HttpAnswer answer =
      api.send("POST", "/payments", R"({"correlationId":")" + id + R"(","amount":)" + amount + "}");
  EXPECT_EQ(answer.status, 202) << answer.body;
  return id;
}

Json await_payment(const HttpApi& api, const std::string& payment_id, const std::string& status) {
  HttpAnswer answer;
  const bool reached = eventually([&] {
    answer = api.get("/payments/" + payment_id);
    return answer.status == 200 && answer.json().at("status") == status;
  });
  EXPECT_TRUE(reached) << "not " << status << ": " << answer.body;
  return answer.json();
}

std::vector<std::string> path_of(const Json& payment) {
  std::vector<std::string> path = {"PENDING"};
  for (const Json& entry : payment.at("state_history")) {
    EXPECT_EQ(entry.at("from_status"), path.back()) << payment.at("state_history").dump();
    path.push_back(entry.at("to_status"));
  }
  EXPECT_EQ(payment.at("status"), path.back());
  return path;
}

}  // namespace remit::test
