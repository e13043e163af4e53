// A log whose reader has stopped, is gone, or comes back: nobody who logs waits for it.
#include "log_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace remit::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLimit = 64 * 1024;
constexpr int kMany = 50'000;

std::string tell(std::uint64_t count) { return "dropped " + std::to_string(count); }

class Pipe {
 public:
  explicit Pipe(int flags = 0) {
    if (::pipe2(ends_.data(), O_CLOEXEC | flags) != 0) throw std::runtime_error("no pipe");
    ::fcntl(ends_[1], F_SETPIPE_SZ, 4'096);
    ::fcntl(ends_[0], F_SETFL, 0);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }

  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_reader() { ::close(std::exchange(ends_[0], -1)); }

  /// Reads lines up to and with the first that begins with `mark`.
  std::vector<std::string> lines_until(const std::string& mark) {
    std::vector<std::string> lines;
    while (lines.empty() || !lines.back().starts_with(mark)) {
      std::size_t end = 0;
      while ((end = text_.find('\n')) == std::string::npos) {
        std::array<char, 4'096> bytes{};
        const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
        if (count <= 0) return lines;
        text_.append(bytes.data(), static_cast<std::size_t>(count));
      }
      lines.push_back(text_.substr(0, end));
      text_.erase(0, end + 1);
    }
    return lines;
  }

 private:
  std::array<int, 2> ends_{};
  std::string text_;
};

void write_numbers(LogWriter& log, int from, int to) {
  for (int i = from; i < to; ++i) log.write("line " + std::to_string(i));
}

/// Reads until every one of `total` lines has come or is among those that are said to be missing.
std::vector<std::string> read_all(Pipe& pipe, std::uint64_t total) {
  std::vector<std::string> kept;
  std::uint64_t dropped = 0;
  while (kept.size() + dropped < total) {
    const std::string line = pipe.lines_until("").back();
    if (line.starts_with("line ")) {
      kept.push_back(line);
    } else if (line.starts_with("dropped ")) {
      dropped += std::stoull(line.substr(8));
    } else {
      ADD_FAILURE() << "not a whole line: " << line;
      return kept;
    }
  }
  EXPECT_EQ(kept.size() + dropped, total);
  EXPECT_GT(dropped, 0U);
  return kept;
}

void expect_ascending(const std::vector<std::string>& lines) {
  const auto number = [](const std::string& line) { return std::stoi(line.substr(5)); };
  EXPECT_EQ(std::ranges::adjacent_find(lines, std::greater_equal(), number), lines.end())
      << "in order, each once";
}

TEST(LogWriterTest, LoggingNeverWaitsForAReaderThatHasStopped) {
  Pipe pipe;
  LogWriter log(pipe.writer(), kLimit, tell);
  write_numbers(log, 0, kMany);
  EXPECT_FALSE(log.flush(1ms)) << "nobody has read yet";

  const std::vector<std::string> lines = read_all(pipe, kMany);
  expect_ascending(lines);
  EXPECT_GT(lines.size(), kLimit / 12) << "what fits is kept";
  EXPECT_EQ(log.dropped(), kMany - lines.size());
  log.write("line after");
  EXPECT_EQ(pipe.lines_until("line").back(), "line after");
}

TEST(LogWriterTest, APipeThatDoesNotBlockIsWaitedForByTheWriterAlone) {
  Pipe pipe(O_NONBLOCK);
  LogWriter log(pipe.writer(), kLimit, tell);
  write_numbers(log, 0, kMany);
  expect_ascending(read_all(pipe, kMany));
}

TEST(LogWriterTest, LinesOfManyThreadsAreWholeOrCounted) {
  Pipe pipe;
  LogWriter log(pipe.writer(), kLimit, tell);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&log] { write_numbers(log, 0, kMany); });
  }
  read_all(pipe, 4ULL * kMany);
}

TEST(LogWriterTest, AReaderThatIsGoneCostsItsLinesAndNothingElse) {
  Pipe gone;
  const int descriptor = ::dup(gone.writer());
  LogWriter log(descriptor, kLimit, tell);
  gone.close_reader();
  for (int i = 0; i < 3; ++i) {
    log.write("unseen");  // with SIGPIPE as the system has it, which would end this process
    EXPECT_TRUE(log.flush(1min));
  }

  Pipe pipe;
  ASSERT_GE(::dup2(pipe.writer(), descriptor), 0);
  log.write("line 0");
  const auto lines = pipe.lines_until("line");
  EXPECT_EQ(lines, (std::vector<std::string>{"dropped 3", "line 0"}));
  ::close(descriptor);
}

TEST(LogWriterTest, AFullDiskIsToldOfWhenThereIsRoomAgain) {
  const int descriptor = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  LogWriter log(descriptor, kLimit, tell);
  log.write("unseen");
  log.write("unseen");
  EXPECT_TRUE(log.flush(1min));

  Pipe pipe;
  ASSERT_GE(::dup2(pipe.writer(), descriptor), 0);
  log.write("line 0");
  EXPECT_EQ(pipe.lines_until("line"), (std::vector<std::string>{"dropped 2", "line 0"}));
  ::close(descriptor);
}

TEST(LogWriterTest, TheEndOfTheProgramWaitsForAReaderOnlySoLong) {
  Pipe pipe;
  LogWriter log(pipe.writer(), kLimit, tell);
  write_numbers(log, 0, 1'000);
  EXPECT_FALSE(log.flush(20ms));
  EXPECT_EQ(pipe.lines_until("line 999").size(), 1'000U);
  EXPECT_TRUE(log.flush(1min));
}

}  // namespace
}  // namespace remit::telemetry
