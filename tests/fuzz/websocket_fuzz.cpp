// Bytes of a WebSocket client → frames. Promises:
//   * what is read does not depend on where the bytes were cut;
//   * what is taken keeps the rules: text in UTF-8, the limits, codes that may be sent;
//   * written again by a plain client, it is read as the same.
#include <string>

#include "frame_reader.hpp"
#include "fuzz.hpp"

namespace remit::fuzz {
namespace {

using net::CloseCode;
using net::FrameReader;
using net::Opcode;
using net::ReadFrame;

/// Small, so that it can be reached.
constexpr std::size_t kMaxMessage = 300;

/// A frame that is masked with zeros, in the shortest form of its length.
std::string written(Opcode opcode, std::string_view payload) {
  std::string frame;
  frame += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else {
    frame += static_cast<char>(0xFEU);
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xFFU);
  }
  frame.append(4, '\0');
  return frame.append(payload);
}

std::string written(const ReadFrame& frame) {
  switch (frame.kind) {
    case ReadFrame::Kind::text:
      return written(Opcode::text, frame.payload);
    case ReadFrame::Kind::ping:
      return written(Opcode::ping, frame.payload);
    case ReadFrame::Kind::pong:
      return written(Opcode::pong, frame.payload);
    case ReadFrame::Kind::close:
      break;
    case ReadFrame::Kind::need_more:
    case ReadFrame::Kind::violation:
      return {};
  }
  if (frame.code == CloseCode::no_code) return written(Opcode::close, {});
  const auto code = static_cast<unsigned>(frame.code);
  std::string payload;
  payload += static_cast<char>(code >> 8U);
  payload += static_cast<char>(code & 0xFFU);
  return written(Opcode::close, payload + frame.payload);
}

void check_rules(const ReadFrame& frame) {
  const auto code = static_cast<unsigned>(frame.code);
  switch (frame.kind) {
    case ReadFrame::Kind::text:
      require(frame.payload.size() <= kMaxMessage, "a message keeps its limit");
      require(is_utf8(frame.payload), "a message is text", frame.payload);
      break;
    case ReadFrame::Kind::ping:
    case ReadFrame::Kind::pong:
      require(frame.payload.size() <= net::kMaxControlBytes, "a control frame is short");
      break;
    case ReadFrame::Kind::close:
      require(is_utf8(frame.payload), "a reason is text", frame.payload);
      require(code >= 1000 && code < 5000 && code != 1004 && code != 1006 && code != 1015,
              "a code is one that may be sent", std::to_string(code));
      require(frame.code != CloseCode::no_code || frame.payload.empty(), "no code, no reason");
      break;
    case ReadFrame::Kind::violation:
      require(code == 1002 || code == 1003 || code == 1007 || code == 1009,
              "a violation has a code that says what it is", std::to_string(code));
      require(!frame.payload.empty() && is_utf8(frame.payload), "and a reason");
      break;
    case ReadFrame::Kind::need_more:
      break;
  }
}

struct Reading {
  std::string text;     ///< what came, to be compared
  std::string written;  ///< the same as a plain client would send it
};

Reading read(const Pieces& pieces) {
  FrameReader reader(kMaxMessage);
  Reading reading;
  for (std::string_view rest : pieces) {
    while (!rest.empty()) {
      const std::size_t before = rest.size();
      const ReadFrame frame = reader.next(rest);
      require(rest.size() < before, "each call takes a byte at least");
      if (frame.kind == ReadFrame::Kind::need_more) {
        require(rest.empty(), "more is needed when there is none left");
        continue;
      }
      check_rules(frame);
      reading.text += std::to_string(static_cast<int>(frame.kind)) + " " +
                      std::to_string(static_cast<int>(frame.code)) + " " + frame.payload + "\n";
      reading.written += written(frame);
      const bool ends =
          frame.kind == ReadFrame::Kind::violation || frame.kind == ReadFrame::Kind::close;
      if (ends) return reading;
    }
  }
  return reading;
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view stream = text_of(data, size);
  const Reading whole = read({stream});
  for (const Pieces& pieces : cuttings(stream)) {
    require(read(pieces).text == whole.text, "the same in pieces as whole", whole.text);
  }
  const Reading again = read({whole.written});
  require(whole.text.starts_with(again.text), "written again, it is the same", whole.text);
  require(again.written == whole.written, "all of it", whole.text);
  return 0;
}
