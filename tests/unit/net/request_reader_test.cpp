#include "request_reader.hpp"

#include <gtest/gtest.h>

#include "remit/net/problems.hpp"
#include "response_reader.hpp"

// Where the bytes of a request are cut is the network's choice, and decides nothing.
namespace remit::net {
namespace {

using State = RequestReader::State;

/// What becomes of bytes that come in these pieces: the body, the code of a refusal, or "more".
std::string outcome(const std::vector<std::string>& pieces) {
  RequestReader reader({.max_header_bytes = 64, .max_body_bytes = 64, .max_target_bytes = 64});
  std::string pending;
  for (const std::string& piece : pieces) {
    pending += piece;
    State state = State::header_done;
    while (state == State::header_done) {
      std::size_t used = 0;
      state = reader.advance(pending, used);
      pending.erase(0, used);
    }
    if (state == State::done) return "<" + reader.take().body + ">";
    if (state == State::refused) return std::string(reader.problem().code.name);
  }
  return "more";
}

std::vector<std::string> in_two(const std::string& bytes, std::size_t first) {
  return {bytes.substr(0, first), bytes.substr(first)};
}

void expect_however_cut(const std::string& bytes, const std::string& expected) {
  EXPECT_EQ(outcome({bytes}), expected) << bytes;
  for (std::size_t first = 1; first < bytes.size(); ++first) {
    EXPECT_EQ(outcome(in_two(bytes, first)), expected) << bytes << "\n  cut at " << first;
  }
  std::vector<std::string> bytewise;
  for (const char c : bytes) bytewise.emplace_back(1, c);
  EXPECT_EQ(outcome(bytewise), expected) << bytes;
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

TEST(RequestReader, TakesTheSameBodyHoweverItIsCut) {
  expect_however_cut(kPost + "Content-Length: 3\r\n\r\nabcG", "<abc>");
  expect_however_cut(kChunked + "2\r\nab\r\n1;x\r\nc\r\n0\r\n\r\nG", "<abc>");
  expect_however_cut(kChunked + "0\r\nA: b\r\n\r\nG", "<>");
}

TEST(RequestReader, TakesALargerBodyWhereItIsExpected) {
  const std::vector<LargeBody> larger = {{"/batch", 100}};
  const auto outcome_at = [&](const std::string& target, const std::string& framing) {
    RequestReader reader({.max_body_bytes = 10, .larger = larger});
    const std::string head = "POST " + target + " HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n";
    std::size_t used = 0;
    const State state = reader.advance(head, used);
    return state == State::refused ? std::string(reader.problem().code.name)
                                   : std::to_string(reader.large_body());
  };
  EXPECT_EQ(outcome_at("/batch", "Content-Length: 100"), "100");
  EXPECT_EQ(outcome_at("/batch?x=1", "Content-Length: 11"), "11");
  EXPECT_EQ(outcome_at("/batch", "Content-Length: 10"), "0") << "no more than others";
  EXPECT_EQ(outcome_at("/batch", "Transfer-Encoding: chunked"), "100") << "as much as it may be";
  EXPECT_EQ(outcome_at("/batch", "Content-Length: 101"), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(outcome_at("/batches", "Content-Length: 11"), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(outcome_at("/other", "Transfer-Encoding: chunked"), "0");
}

TEST(RequestReader, SkipsOneEmptyLineAndNoMore) {
  expect_however_cut("\r\n" + kPost + "\r\n", "<>");
  expect_however_cut("\r\n\r\n" + kPost + "\r\n", "BAD_REQUEST");
}

TEST(RequestReader, AnEmptyLineIsNotTheBeginningOfARequest) {
  RequestReader reader({});
  std::size_t used = 0;
  EXPECT_EQ(reader.advance("\r\n", used), State::need_more);
  EXPECT_EQ(used, 2U);
  EXPECT_FALSE(reader.has_begun());
  EXPECT_EQ(reader.advance("G", used), State::need_more);
  EXPECT_TRUE(reader.has_begun());
}

// The parser asserts that it is given the whole of a last chunk again.
TEST(RequestReader, ALastChunkMayComeByteByByte) {
  expect_however_cut(kChunked + "0\r\n\r\n", "<>");
  expect_however_cut(kChunked + "0\r\na", "more");
}

TEST(RequestReader, TrailersHaveTheLimitOfAHeadHoweverTheyCome) {
  const std::string line = "A: " + std::string(80, 'a') + "\r\n";
  expect_however_cut(kChunked + "1\r\na\r\n0\r\n" + line + "\r\n", "BAD_REQUEST");
}

TEST(RequestReader, SaysWhetherTheTargetOrTheHeadIsTooLong) {
  expect_however_cut(kPost + "A: " + std::string(80, 'a') + "\r\n\r\n", "HEADER_TOO_LARGE");
  expect_however_cut("GET /" + std::string(80, 'a') + " HTTP/1.1\r\n\r\n", "URI_TOO_LONG");
}

TEST(RequestReader, TheWholeHeadHasALimit) {
  // The parser alone would take 64 bytes of line, and 64 of fields, if they came one after the
  // other.
  const std::string line = "GET /" + std::string(40, 'a') + " HTTP/1.1\r\n";
  const std::string fields = "Host: a\r\nA: " + std::string(40, 'a') + "\r\n\r\n";
  EXPECT_EQ(outcome({line, fields}), "HEADER_TOO_LARGE");
  expect_however_cut(line + fields, "HEADER_TOO_LARGE");
}

TEST(RequestReader, SaysWhetherTheVersionOrTheTargetIsWrong) {
  expect_however_cut("GET / HTTP/9.1\r\nHost: a\r\n\r\n", "HTTP_VERSION_NOT_SUPPORTED");
  expect_however_cut("GET / HTTP/9.1 HTTP/1.1\r\nHost: a\r\n\r\n", "BAD_REQUEST");
}

TEST(ResponseReader, ALastChunkMayComeByteByByte) {
  const std::string bytes = "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nb";
  ResponseReader reader(Method::get, 64);
  std::string pending;
  for (const char c : bytes) {
    pending += c;
    std::size_t used = 0;
    ASSERT_EQ(reader.advance(pending, used), ResponseReader::State::need_more);
    pending.erase(0, used);
  }
  EXPECT_EQ(reader.end_of_stream(), ResponseReader::State::broken);
}

}  // namespace
}  // namespace remit::net
