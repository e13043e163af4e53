#include "remit/telemetry/log.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <vector>

#include "remit/base/time.hpp"

namespace remit::telemetry {
namespace {

using nlohmann::json;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { configure_logging("warn", "text"); }

  template <class Action>
  static std::vector<std::string> lines_of(Action action) {
    testing::internal::CaptureStderr();
    action();
    EXPECT_TRUE(flush_log(std::chrono::minutes(1)));
    std::istringstream captured(testing::internal::GetCapturedStderr());
    std::vector<std::string> lines;
    for (std::string line; std::getline(captured, line);) lines.push_back(line);
    return lines;
  }

  /// The value as a reader of the JSON gets it.
  static std::string round_trip(const std::string& value) {
    const auto lines = lines_of([&] { log(Level::info, "x", {{"value", value}}); });
    return lines.size() == 1 ? json::parse(lines.front()).at("value").get<std::string>()
                             : "not one line";
  }
};

TEST_F(LogTest, BeforeItIsConfiguredOnlyWarningsAndErrorsAreShownAsText) {
  const auto lines = lines_of([] {
    log(Level::debug, "one");
    log(Level::info, "two");
    log(Level::warn, "three");
    log(Level::error, "four");
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find(" warn  three"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find(" error four"), std::string::npos) << lines[1];
}

TEST_F(LogTest, JsonLinesCarryTimeLevelEventAndTypedFields) {
  configure_logging("debug", "json");
  const auto lines = lines_of([] {
    log(Level::debug, "payment accepted",
        {{"amount", std::int64_t{1990}}, {"replayed", false}, {"provider", "default"}, {"n", -3}});
  });
  ASSERT_EQ(lines.size(), 1U);
  const json line = json::parse(lines.front());
  EXPECT_EQ(line.size(), 7U);
  EXPECT_TRUE(parse_timestamp(line.at("ts").get<std::string>()));
  EXPECT_EQ(line.at("ts").get<std::string>().size(), 24U);
  EXPECT_EQ(line.at("level"), "debug");
  EXPECT_EQ(line.at("event"), "payment accepted");
  EXPECT_EQ(line.at("amount"), 1990);
  EXPECT_EQ(line.at("replayed"), false);
  EXPECT_EQ(line.at("provider"), "default");
  EXPECT_EQ(line.at("n"), -3);
}

TEST_F(LogTest, ATraceAddsItsIds) {
  configure_logging("info", "json");
  const TraceContext trace = continue_trace("req-7", std::nullopt);
  const auto lines = lines_of([&] { log(Level::warn, trace, "slow", {{"ms", 12}}); });
  const json line = json::parse(lines.at(0));
  EXPECT_EQ(line.at("request_id"), "req-7");
  EXPECT_EQ(line.at("trace_id"), trace.trace_id);
  EXPECT_EQ(line.at("ms"), 12);
}

TEST_F(LogTest, EveryValueArrivesAsItWas) {
  configure_logging("info", "json");
  for (const std::string& value :
       {std::string(), std::string("plain"), std::string("\"quoted\" \\ back"),
        std::string("line\nbreak\r\ttab"), std::string("nul\0inside", 10),
        std::string("\x01\x1F\x7F"), std::string("é ß 中 😀"),
        std::string("{\"event\":\"forged\"}\n{}")}) {
    EXPECT_EQ(round_trip(value), value);
  }
}

TEST_F(LogTest, InvalidUtf8IsReplaced) {
  configure_logging("info", "json");
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(round_trip("a\xFFz"), "a" + mark + "z");
  EXPECT_EQ(round_trip("\xC3"), mark);
  EXPECT_EQ(round_trip("\xC0\xAF"), mark + mark);
  EXPECT_EQ(round_trip("\xED\xA0\x80"), mark + mark + mark);
  EXPECT_EQ(round_trip("\xF4\x90\x80\x80"), mark + mark + mark + mark);
  EXPECT_EQ(round_trip("\xE2\x82"), mark + mark);
  EXPECT_EQ(round_trip("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
}

TEST_F(LogTest, TextQuotesWhatIsNotOneWord) {
  configure_logging("info", "text");
  const auto lines = lines_of([] {
    log(Level::info, "started\nforged",
        {{"at", "127.0.0.1:9999"}, {"why", "a \"b\"\n"}, {"none", ""}, {"n", 1}, {"ok", true}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().substr(24),
            R"( info  started\nforged at=127.0.0.1:9999 why="a \"b\"\n" none="" n=1 ok=true)");
}

TEST_F(LogTest, TheLevelDecides) {
  for (const auto& [name, shown] : std::vector<std::pair<std::string, std::size_t>>{
           {"debug", 4}, {"info", 3}, {"warn", 2}, {"error", 1}}) {
    configure_logging(name, "json");
    const auto lines = lines_of([] {
      for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
        log(level, "x");
      }
    });
    EXPECT_EQ(lines.size(), shown) << name;
    EXPECT_EQ(is_logged(Level::debug), shown == 4);
    EXPECT_TRUE(is_logged(Level::error));
  }
}

TEST_F(LogTest, LongTextsAreCutBetweenCharactersAndSayHowLongTheyWere) {
  configure_logging("info", "json");
  EXPECT_EQ(round_trip(std::string(4'096, 'x')), std::string(4'096, 'x'));
  EXPECT_EQ(round_trip(std::string(5'000'000, 'x')), std::string(4'096, 'x') + "… (5000000 bytes)");
  EXPECT_EQ(round_trip(std::string(4'095, 'x') + "é"), std::string(4'095, 'x') + "… (4097 bytes)");
  EXPECT_EQ(round_trip(std::string(4'094, 'x') + "😀"), std::string(4'094, 'x') + "… (4098 bytes)");
}

TEST_F(LogTest, ALineForPeopleComesAfterWhatWasLogged) {
  const auto lines = lines_of([] {
    log(Level::warn, "first");
    print_error("remitd: second");
  });
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1], "remitd: second");
}

TEST_F(LogTest, LinesOfSeveralThreadsDoNotMix) {
  configure_logging("info", "json");
  const auto lines = lines_of([] {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < 250; ++i) log(Level::info, "tick", {{"thread", t}, {"i", i}});
      });
    }
  });
  ASSERT_EQ(lines.size(), 1000U);
  for (const std::string& line : lines) EXPECT_TRUE(json::accept(line)) << line;
}

}  // namespace
}  // namespace remit::telemetry
