// What becomes of the service when nobody reads its log, or nobody can any more.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "product_test.hpp"

namespace remit::test {
namespace {

/// The standard error of a child: what starts with `exec 2>` in a shell.
class ErrorPipe {
 public:
  ErrorPipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    ::fcntl(ends_[1], F_SETPIPE_SZ, 4'096);
  }
  ErrorPipe(const ErrorPipe&) = delete;
  ErrorPipe& operator=(const ErrorPipe&) = delete;
  ~ErrorPipe() {
    close_reader();
    ::close(ends_[1]);
  }

  [[nodiscard]] std::string shell() const {
    return "exec 2>/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(ends_[1]);
  }

  /// Reads until the log names the port, and then no more.
  std::uint16_t read_port() {
    std::string log;
    std::array<char, 512> bytes{};
    while (port_in_log(log) == 0) {
      const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
      if (count <= 0) throw std::runtime_error("remitd said nothing of a port: " + log);
      log.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return port_in_log(log);
  }
  void close_reader() { ::close(std::exchange(ends_[0], -1)); }

 private:
  std::array<int, 2> ends_{};
};

class LogReaderTest : public ProductTest {
 protected:
  /// Each request logs a line or more, and the pipe holds some twenty.
  void expect_service(const HttpApi& api) {
    EXPECT_TRUE(eventually([&] { return api.get("/readyz").status == 200; }));
    for (int i = 0; i < 100; ++i) ASSERT_EQ(api.get("/payments-summary").status, 200);
    EXPECT_EQ(api.get("/healthz").status, 200);
    await_payment(api, accept_charge(api), "COMPLETED");
  }

  ErrorPipe pipe;
};

TEST_F(LogReaderTest, AnUnreadPipeDelaysNeitherRequestsNorTheStop) {
  RemitProcess remit(RemitProcess::NotReady{}, config, {"log.level=debug"}, {}, pipe.shell());
  const HttpApi api(pipe.read_port());
  expect_service(api);
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(LogReaderTest, AReaderThatIsGoneEndsNothing) {
  RemitProcess remit(RemitProcess::NotReady{}, config, {"log.level=debug"}, {}, pipe.shell());
  const HttpApi api(pipe.read_port());
  pipe.close_reader();
  expect_service(api);
  EXPECT_EQ(remit.terminate(), 0);
}

TEST_F(LogReaderTest, ASecondSignalEndsItAtOnceEvenThen) {
  world.set_faults("default", {{"delay_ms", 3'600'000}});
  RemitProcess remit(RemitProcess::NotReady{}, config,
                     {"log.level=debug", "server.drain_timeout=1h"}, {}, pipe.shell());
  const HttpApi api(pipe.read_port());
  EXPECT_TRUE(eventually([&] { return api.get("/readyz").status == 200; }));
  RawSocket unfinished = api.connect();
  unfinished.send("POST /payments HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{");
  for (int i = 0; i < 100; ++i) ASSERT_EQ(api.get("/payments-summary").status, 200);
  remit.process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return !api.attempt("GET", "/healthz"); })) << "it is draining";
  remit.process().signal(SIGTERM);
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(40)), 1);
}

TEST_F(LogReaderTest, AStartThatFailsSaysSoLastOfAll) {
  RemitProcess remit(RemitProcess::NotReady{}, config,
                     {"server.listen=" + world.url("default").substr(7)});
  EXPECT_EQ(remit.process().wait(std::chrono::seconds(60)), 1);
  const std::string said = remit.process().standard_error();
  EXPECT_NE(said.find("remitd: cannot listen"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with('\n')) << said;
}

}  // namespace
}  // namespace remit::test
