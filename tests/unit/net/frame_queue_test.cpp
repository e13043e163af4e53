#include "frame_queue.hpp"

#include <gtest/gtest.h>

namespace remit::net {
namespace {

FrameQueue::Body body(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Sends at most `most` bytes, as a socket would.
std::string send(FrameQueue& queue, std::size_t most = std::string::npos) {
  std::string sent;
  while (sent.size() < most) {
    std::array<std::string_view, 4> pieces;
    const std::size_t count = queue.gather(pieces);
    if (count == 0) break;
    std::string together;
    for (std::size_t i = 0; i < count; ++i) together += pieces[i];
    together.resize(std::min(together.size(), most - sent.size()));
    queue.advance(together.size());
    sent += together;
  }
  return sent;
}

TEST(FrameQueue, LengthsAreInTheirShortestForm) {
  const auto head_of = [](std::size_t size) {
    FrameQueue queue(1, 1'000'000);
    EXPECT_TRUE(queue.push_text(body(std::string(size, 'x'))));
    const std::string sent = send(queue);
    return sent.substr(0, sent.size() - size);
  };
  EXPECT_EQ(head_of(0), std::string("\x81\x00", 2));
  EXPECT_EQ(head_of(125), "\x81\x7D");
  EXPECT_EQ(head_of(126), std::string("\x81\x7E\x00\x7E", 4));
  EXPECT_EQ(head_of(65'535), "\x81\x7E\xFF\xFF");
  EXPECT_EQ(head_of(65'536), std::string("\x81\x7F\0\0\0\0\0\x01\0\0", 10));
}

TEST(FrameQueue, TheSameBytesLeaveHoweverFewAreTakenAtATime) {
  std::string whole;
  for (const std::size_t most : {1'000U, 1U, 2U, 3U, 5U}) {
    FrameQueue queue(10, 1'000);
    queue.push_head("HEAD");
    EXPECT_TRUE(queue.push_text(body("first")));
    queue.push_ping();
    EXPECT_TRUE(queue.push_text(body("second")));
    queue.push_close(CloseCode::normal, "bye");
    std::string sent;
    while (!queue.empty()) sent += send(queue, most);
    if (whole.empty()) whole = sent;
    EXPECT_EQ(sent, whole);
    EXPECT_EQ(queue.messages(), 0U);
  }
  EXPECT_EQ(whole,
            "HEAD\x81\x05"
            "first" +
                std::string("\x89\x00", 2) + "\x81\x06second\x88\x05" + "\x03\xE8" + "bye");
}

TEST(FrameQueue, BodiesAreSharedAndLetGoWhenTheyWereSent) {
  FrameQueue one(10, 1'000);
  FrameQueue other(10, 1'000);
  const auto shared = body("event");
  EXPECT_TRUE(one.push_text(shared));
  EXPECT_TRUE(other.push_text(shared));
  std::array<std::string_view, 2> pieces;
  ASSERT_EQ(one.gather(pieces), 2U);
  EXPECT_EQ(pieces[1].data(), shared->data());
  EXPECT_EQ(shared.use_count(), 3);
  send(one);
  other.clear();
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(FrameQueue, BoundsAreOfMessagesAndOfBytes) {
  FrameQueue queue(2, 10);
  EXPECT_FALSE(queue.push_text(body(std::string(11, 'x'))));
  EXPECT_TRUE(queue.push_text(body("1234567890")));
  EXPECT_FALSE(queue.push_text(body("1")));
  EXPECT_TRUE(queue.push_text(body("")));
  EXPECT_FALSE(queue.push_text(body("")));
  send(queue);
  EXPECT_TRUE(queue.push_text(body("1234567890")));
}

TEST(FrameQueue, DroppingKeepsTheFrameThatHasBegun) {
  FrameQueue queue(10, 1'000);
  EXPECT_TRUE(queue.push_text(body("first")));
  EXPECT_TRUE(queue.push_text(body("second")));
  EXPECT_EQ(send(queue, 3),
            "\x81\x05"
            "f");
  queue.drop_unsent();
  EXPECT_EQ(queue.messages(), 1U);
  queue.push_close(CloseCode::try_again_later, "");
  EXPECT_EQ(send(queue), "irst\x88\x02\x03\xF5");
}

TEST(FrameQueue, DroppingKeepsTheHeadAndNothingElse) {
  FrameQueue queue(10, 1'000);
  queue.push_head("HEAD");
  EXPECT_TRUE(queue.push_text(body("first")));
  queue.drop_unsent();
  EXPECT_EQ(send(queue), "HEAD");
  EXPECT_TRUE(queue.push_text(body("first")));
  queue.drop_unsent();
  EXPECT_TRUE(queue.empty());
}

TEST(FrameQueue, OnlyTheLatestPongWaits) {
  FrameQueue queue(10, 1'000);
  queue.push_pong("1");
  EXPECT_TRUE(queue.push_text(body("a")));
  queue.push_pong("22");
  EXPECT_EQ(send(queue, 1), "\x8A");
  queue.push_pong("3");
  queue.push_pong("4");
  EXPECT_EQ(send(queue),
            "\x02"
            "22\x81\x01"
            "a\x8A\x01"
            "4");
  queue.push_pong("5");
  queue.drop_unsent();
  queue.push_pong("6");
  EXPECT_EQ(send(queue),
            "\x8A\x01"
            "6");
}

TEST(FrameQueue, AReasonIsCutAtACharacter) {
  FrameQueue queue(10, 1'000);
  std::string reason(122, 'x');
  queue.push_close(CloseCode::normal, reason + "\xE2\x82\xAC");
  EXPECT_EQ(send(queue), "\x88\x7C\x03\xE8" + reason);
  queue.push_close(CloseCode::no_code, "unseen");
  EXPECT_EQ(send(queue), std::string("\x88\x00", 2));
}

}  // namespace
}  // namespace remit::net
