// scripts/run and scripts/test as a newcomer uses them, in a copy of scripts/ whose programs are
// built already.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "product_test.hpp"
#include "support/files.hpp"

namespace remit::test {
namespace {

constexpr std::chrono::minutes kEndTimeout{3};

/// A listener of this process on a port of 127.0.0.1; 0 for one that the system chooses.
class Listener {
 public:
  explicit Listener(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, any, size) != 0 || listen(socket_, 1) != 0) return;
    getsockname(socket_, any, &size);
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(socket_); }

  /// 0: somebody else has it.
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// The first of so many neighbours that are free.
std::uint16_t free_ports(int count) {
  for (std::uint16_t first = 21'000; first < 32'000; first += 20) {
    bool all_free = true;
    for (int i = 0; i < count && all_free; ++i) {
      all_free = Listener(static_cast<std::uint16_t>(first + i)).port() != 0;
    }
    if (all_free) return first;
  }
  throw std::runtime_error("there are no free ports");
}

class ScriptsTest : public testing::Test {
 protected:
  ScriptsTest() {
    // Else the user postgres could not reach it, and the cluster would go elsewhere.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    std::filesystem::copy(REMIT_ROOT "/scripts", folder_ / "scripts",
                          std::filesystem::copy_options::recursive);
    std::filesystem::create_symlink(REMIT_ROOT "/tests", folder_ / "tests");
  }
  /// Instead of installing and building: the programs of this build.
  void skip_building() const {
    std::ofstream(folder_ / "scripts/lib/packages.sh")
        << "packages_build=()\nneed_packages() { :; }\n";
    std::ofstream(folder_ / "scripts/lib/build.sh") << "build_preset() { :; }\n";
    std::filesystem::create_directories(folder_ / "build/release");
    std::filesystem::create_symlink(REMIT_SERVER_PROGRAM, folder_ / "build/release/remitd");
    std::filesystem::create_symlink(REMIT_SANDBOX_PROGRAM, folder_ / "build/release/remit-sandbox");
  }

  [[nodiscard]] std::vector<std::string> words(const std::string& script) const {
    return {"/bin/bash", folder_ / ("scripts/" + script)};
  }

  [[nodiscard]] bool has_begun_to_build() const {
    return std::filesystem::exists(folder_ / "build");
  }

  [[nodiscard]] pid_t postmaster() const {
    pid_t pid = 0;
    std::ifstream(folder_ / "var/postgres/data/postmaster.pid") >> pid;
    return pid;
  }

  TemporaryFolder folder_{"remit-scripts"};
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(ScriptsTest, ALabelThatNoTestHasIsRefusedBeforeTheBuild) {
  std::vector<std::string> command = words("test");
  command.insert(command.end(), {"unit", "intergation"});
  ChildProcess script(command);
  EXPECT_EQ(script.wait(kEndTimeout), 2);
  EXPECT_NE(script.standard_error().find("no test has the label intergation"), std::string::npos)
      << script.standard_error();
  EXPECT_NE(script.standard_error().find(" integration "), std::string::npos)
      << script.standard_error();
  EXPECT_FALSE(has_begun_to_build());
}

TEST_F(ScriptsTest, ATakenPortIsSaidBeforeTheBuild) {
  const Listener taken(0);
  const std::string port = std::to_string(taken.port());
  ChildProcess script(words("run"), {"REMIT_RUN_PORT=" + port});
  EXPECT_EQ(script.wait(kEndTimeout), 1);
  EXPECT_NE(script.standard_error().find("port " + port + " is taken"), std::string::npos)
      << script.standard_error();
  EXPECT_FALSE(has_begun_to_build());
}

TEST_F(ScriptsTest, APostgresqlThatDiesIsSaidOnceAndEverythingStops) {
  skip_building();
  const std::uint16_t first = free_ports(10);
  ChildProcess script(words("run"), {"REMIT_RUN_PORT=" + std::to_string(first),
                                     "REMIT_RUN_SANDBOX_PORT=" + std::to_string(first + 1)});
  ASSERT_TRUE(eventually(
      [&] {
        return script.standard_output().find("Ctrl-C stops") != std::string::npos ||
               !script.is_running();
      },
      kEndTimeout));
  ASSERT_TRUE(script.is_running()) << script.standard_output() << script.standard_error();
  ASSERT_GT(postmaster(), 0);
  ASSERT_EQ(kill(postmaster(), SIGKILL), 0);
  EXPECT_EQ(script.wait(kEndTimeout), 1);
  EXPECT_EQ(count_of(script.standard_error(), "remit: PostgreSQL ended by itself"), 1U)
      << script.standard_error();
  EXPECT_EQ(count_of(script.standard_error(), "did not stop"), 0U) << script.standard_error();
  for (int i = 0; i < 10; ++i) {
    const auto port = static_cast<std::uint16_t>(first + i);
    EXPECT_FALSE(HttpApi(port).attempt("GET", "/")) << "something still listens on " << port;
  }
}

}  // namespace
}  // namespace remit::test
