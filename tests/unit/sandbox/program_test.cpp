// remit-sandbox as the process that it is: started, asked, killed, started again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "remit/net/client.hpp"
#include "support/run_task.hpp"

namespace remit::sandbox {
namespace {

/// A started program whose standard output and error are read here.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), REMIT_SANDBOX_PROGRAM);
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    std::array<int, 2> out{};
    std::array<int, 2> error{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(error.data(), O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO);
    if (::posix_spawn(&process_, words[0], &actions, nullptr, words.data(), environ) != 0) {
      process_ = -1;
    }
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(error[1]);
    out_ = out[0];
    error_ = error[0];
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (process_ > 0) end(SIGKILL);
    ::close(out_);
    ::close(error_);
  }

  /// The line that says that all services listen; empty when the program ends before.
  std::string first_line() { return read_from(out_, true); }
  std::string errors() { return read_from(error_, false); }

  /// Waits for the end: the exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int end(int signal) {
    ::kill(process_, signal);
    return wait();
  }

 private:
  static std::string read_from(int descriptor, bool to_end_of_line) {
    std::string text;
    char letter = 0;
    while (::read(descriptor, &letter, 1) == 1) {
      if (to_end_of_line && letter == '\n') break;
      text += letter;
    }
    return text;
  }

  pid_t process_ = -1;
  int out_ = -1;
  int error_ = -1;
};

class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove(state_); }
  void TearDown() override { std::filesystem::remove(state_); }

  /// 0 when the line does not name it.
  static int port_of(const std::string& ports_line, const std::string& name) {
    const Result<net::JsonValue> ports = net::parse_json(ports_line);
    if (!ports || ports->object() == nullptr || !ports->object()->contains(name)) return 0;
    return std::stoi(ports->object()->find(name)->second.number()->text);
  }

  int ask(int port, net::Method method, const std::string& target, const std::string& body = {}) {
    boost::asio::io_context loop(1);
    net::ClientSettings settings;
    settings.base_url = "http://127.0.0.1:" + std::to_string(port);
    const auto client = net::Client::make(loop.get_executor(), settings, clock_);
    net::Call call;
    call.method = method;
    call.target = target;
    call.body = body;
    const net::CallResult result = test::run(loop, (*client)->call(std::move(call)));
    (*client)->close();
    return result ? result->status : 0;
  }

  const std::string id_ = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";
  const std::string charge_ = R"({"correlationId":")" + id_ +
                              R"(","amount":19.90,"requestedAt":"2026-11-20T17:05:01.123Z"})";
  const std::string state_ =
      ::testing::TempDir() + "remit_sandbox_program_" + std::to_string(::getpid());
  SystemClock clock_;
};

TEST_F(ProgramTest, AnsweredOperationsSurviveAKill) {
  Program first({"--base-port", "0", "--state", state_});
  const int port = port_of(first.first_line(), "default");
  ASSERT_NE(port, 0);
  EXPECT_EQ(ask(port, net::Method::post, "/payments", charge_), 200);
  EXPECT_EQ(first.end(SIGKILL), -SIGKILL);

  Program second({"--base-port", "0", "--state", state_});
  const int again = port_of(second.first_line(), "default");
  ASSERT_NE(again, 0);
  EXPECT_EQ(ask(again, net::Method::get, "/payments/" + id_), 200);
  EXPECT_EQ(ask(again, net::Method::post, "/payments", charge_), 422);
  EXPECT_EQ(second.end(SIGTERM), 0);
}

TEST_F(ProgramTest, StopsCleanlyAtBothSignalsAndForgetsWithoutAStateFile) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Program program({"--base-port", "0"});
    const int port = port_of(program.first_line(), "default");
    ASSERT_NE(port, 0);
    EXPECT_EQ(ask(port, net::Method::post, "/payments", charge_), 200);
    EXPECT_EQ(program.end(signal), 0);
    EXPECT_EQ(program.errors(), "");
  }
}

TEST_F(ProgramTest, APortThatIsTakenIsOneClearLineAndStatusOne) {
  Program first({"--base-port", "0"});
  const int port = port_of(first.first_line(), "default");
  ASSERT_NE(port, 0);
  Program second({"--base-port", std::to_string(port)});
  EXPECT_EQ(second.first_line(), "");
  EXPECT_EQ(second.wait(), 1);
  const std::string errors = second.errors();
  EXPECT_NE(errors.find(std::to_string(port)), std::string::npos) << errors;
  EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << errors;
}

TEST_F(ProgramTest, WrongUsageIsStatusTwo) {
  EXPECT_EQ(Program({"--nonsense"}).wait(), 2);
  EXPECT_EQ(Program({"--base-port", "70000"}).wait(), 2);
  EXPECT_EQ(Program({"--help"}).wait(), 0);
}

}  // namespace
}  // namespace remit::sandbox
