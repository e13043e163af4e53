#include "frame_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/websocket_client.hpp"

namespace remit::net {
namespace {

using test::ClientFrame;
using test::close_payload;

constexpr std::size_t kMaxMessage = 1'000;

/// "text hello", "ping x", "close 1000 why", "1002" for a violation; what came, in order.
std::string shown(const ReadFrame& frame) {
  switch (frame.kind) {
    case ReadFrame::Kind::text:
      return "text " + frame.payload;
    case ReadFrame::Kind::ping:
      return "ping " + frame.payload;
    case ReadFrame::Kind::pong:
      return "pong " + frame.payload;
    case ReadFrame::Kind::close:
      return "close " + std::to_string(static_cast<int>(frame.code)) + " " + frame.payload;
    case ReadFrame::Kind::violation:
      return std::to_string(static_cast<int>(frame.code));
    case ReadFrame::Kind::need_more:
      break;
  }
  return "";
}

std::string read_in_pieces(const std::string& bytes, std::size_t piece) {
  FrameReader reader(kMaxMessage);
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view rest = std::string_view(bytes).substr(at, piece);
    while (!rest.empty()) {
      const ReadFrame frame = reader.next(rest);
      if (frame.kind == ReadFrame::Kind::need_more) continue;
      all += shown(frame) + "|";
      const bool ends =
          frame.kind == ReadFrame::Kind::violation || frame.kind == ReadFrame::Kind::close;
      if (ends) return all;
    }
  }
  return all;
}

/// What comes out however the bytes are cut.
std::string read(const std::string& bytes) {
  std::string whole = read_in_pieces(bytes, bytes.size());
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) EXPECT_EQ(read_in_pieces(bytes, piece), whole);
  return whole;
}

std::string read(const ClientFrame& frame) { return read(frame.bytes()); }

TEST(FrameReader, MessagesOfEveryLengthAreUnmasked) {
  for (const std::size_t size : {0U, 1U, 5U, 125U, 126U, 127U, 999U, 1'000U}) {
    const std::string text(size, 'x');
    EXPECT_EQ(read(ClientFrame{.payload = text}), "text " + text + "|");
  }
}

TEST(FrameReader, FragmentsBecomeOneMessageAndControlFramesMayStandBetween) {
  const std::string bytes = ClientFrame{.payload = "Hel", .is_final = false}.bytes() +
                            ClientFrame{.opcode = 0x9, .payload = "?"}.bytes() +
                            ClientFrame{.opcode = 0x0, .payload = "l", .is_final = false}.bytes() +
                            ClientFrame{.opcode = 0xA, .payload = "!"}.bytes() +
                            ClientFrame{.opcode = 0x0, .payload = "o"}.bytes() +
                            ClientFrame{.payload = "next"}.bytes();
  EXPECT_EQ(read(bytes), "ping ?|pong !|text Hello|text next|");
}

TEST(FrameReader, ACharacterMayBeCutByAFragmentsBorder) {
  const std::string euro = "\xE2\x82\xAC";
  const auto cut = [&](const std::string& rest) {
    return ClientFrame{.payload = euro.substr(0, 2), .is_final = false}.bytes() +
           ClientFrame{.opcode = 0x0, .payload = rest}.bytes();
  };
  EXPECT_EQ(read(cut("\xAC")), "text " + euro + "|");
  EXPECT_EQ(read(cut("x")), "1007|");
  EXPECT_EQ(read(cut("")), "1007|");
}

TEST(FrameReader, TextThatIsNotUtf8Is1007) {
  for (const char* text : {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\x80"}) {
    EXPECT_EQ(read(ClientFrame{.payload = text}), "1007|");
  }
}

TEST(FrameReader, AMessageBeyondTheLimitIs1009) {
  const std::string half(600, 'x');
  EXPECT_EQ(read(ClientFrame{.payload = std::string(1'001, 'x')}.bytes()), "1009|");
  EXPECT_EQ(read(ClientFrame{.payload = half, .is_final = false}.bytes() +
                 ClientFrame{.opcode = 0x0, .payload = half}.bytes()),
            "1009|");
  // It is told by the announced length: the message need not come.
  EXPECT_EQ(read(std::string("\x81\xFF\0\0\0\0\x7F\xFF\xFF\xFFmask", 14)), "1009|");
}

TEST(FrameReader, ControlFramesDoNotCountAsPartOfAMessage) {
  const std::string most(kMaxMessage, 'x');
  EXPECT_EQ(
      read(ClientFrame{.payload = most, .is_final = false}.bytes() +
           ClientFrame{.opcode = 0x9, .payload = "p"}.bytes() + ClientFrame{.opcode = 0x0}.bytes()),
      "ping p|text " + most + "|");
}

TEST(FrameReader, FramesThatAreNotMaskedAre1002) {
  EXPECT_EQ(read(ClientFrame{.payload = "a", .is_masked = false}), "1002|");
  EXPECT_EQ(read(ClientFrame{.opcode = 0x8, .is_masked = false}), "1002|");
}

TEST(FrameReader, ReservedBitsAndOpcodesAre1002) {
  for (const unsigned bits : {0x40U, 0x20U, 0x10U, 0x70U}) {
    EXPECT_EQ(read(ClientFrame{.payload = "a", .reserved_bits = bits}), "1002|");
    EXPECT_EQ(read(ClientFrame{.opcode = 0x9, .reserved_bits = bits}), "1002|");
  }
  for (const unsigned opcode : {0x3U, 0x4U, 0x5U, 0x6U, 0x7U, 0xBU, 0xCU, 0xDU, 0xEU, 0xFU}) {
    EXPECT_EQ(read(ClientFrame{.opcode = opcode}), "1002|");
  }
}

TEST(FrameReader, BinaryMessagesAre1003) {
  EXPECT_EQ(read(ClientFrame{.opcode = 0x2, .payload = "a"}), "1003|");
}

TEST(FrameReader, ControlFramesThatAreLongOrInFragmentsAre1002) {
  const std::string longest(125, 'x');
  const std::string longer(126, 'x');
  EXPECT_EQ(read(ClientFrame{.opcode = 0x9, .payload = longest}), "ping " + longest + "|");
  for (const unsigned opcode : {0x8U, 0x9U, 0xAU}) {
    EXPECT_EQ(read(ClientFrame{.opcode = opcode, .payload = longer}), "1002|");
    EXPECT_EQ(read(ClientFrame{.opcode = opcode, .is_final = false}), "1002|");
  }
}

TEST(FrameReader, FragmentsOutOfOrderAre1002) {
  EXPECT_EQ(read(ClientFrame{.opcode = 0x0, .payload = "a"}), "1002|");
  EXPECT_EQ(read(ClientFrame{.payload = "a", .is_final = false}.bytes() +
                 ClientFrame{.payload = "b"}.bytes()),
            "1002|");
  EXPECT_EQ(read(ClientFrame{.payload = "a"}.bytes() + ClientFrame{.opcode = 0x0}.bytes()),
            "text a|1002|");
}

TEST(FrameReader, LengthsThatAreNotInTheirShortestFormAre1002) {
  EXPECT_EQ(read(std::string("\x81\xFE\x00\x7Dmask", 8)), "1002|");
  EXPECT_EQ(read(std::string("\x81\xFF\0\0\0\0\0\0\xFF\xFFmask", 14)), "1002|");
  EXPECT_EQ(read(std::string("\x81\xFF\x80\0\0\0\0\0\0\x00mask", 14)), "1002|");
}

TEST(FrameReader, CloseCodesAreThoseThatMayBeSent) {
  const auto close = [](std::uint16_t code) {
    return read(ClientFrame{.opcode = 0x8, .payload = close_payload(code, "why")}.bytes());
  };
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999}) {
    EXPECT_EQ(close(static_cast<std::uint16_t>(code)), "close " + std::to_string(code) + " why|");
  }
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(close(static_cast<std::uint16_t>(code)), "1002|") << code;
  }
}

TEST(FrameReader, ACloseMayBeEmptyButHasNoHalfCodeAndAReasonInUtf8) {
  EXPECT_EQ(read(ClientFrame{.opcode = 0x8}), "close 1005 |");
  EXPECT_EQ(read(ClientFrame{.opcode = 0x8, .payload = "\x03"}), "1002|");
  const std::string bad = close_payload(1000, "\xFF");
  EXPECT_EQ(read(ClientFrame{.opcode = 0x8, .payload = bad}), "1007|");
}

}  // namespace
}  // namespace remit::net
