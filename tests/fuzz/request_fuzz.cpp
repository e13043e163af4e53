// Bytes of a connection → requests. Promises:
//   * what is read does not depend on where the bytes were cut;
//   * a request that is taken ends where a plain reader of RFC 9112 says, and has that body:
//   nothing
//     can be smuggled behind it;
//   * what is taken keeps the rules: one valid Host, a known method, a decoded path, the limits.
#include <optional>
#include <string>

#include "fuzz.hpp"
#include "plain_framing.hpp"
#include "remit/net/http.hpp"
#include "remit/net/problems.hpp"
#include "request_reader.hpp"
#include "target.hpp"
#include "text.hpp"

namespace remit::fuzz {
namespace {

using net::Request;
using net::RequestReader;

/// Small, so that each of them can be reached.
constexpr net::RequestLimits kLimits{
    .max_header_bytes = 1'024, .max_body_bytes = 512, .max_target_bytes = 256};

struct Taken {
  Request request;
  std::size_t length = 0;
  bool keep_alive = false;
};

/// What a connection gave: its requests, and how it ended.
struct Reading {
  std::vector<Taken> requests;
  std::string text;  ///< of the requests, to be compared
  std::string end;   ///< the code with which the last is refused
  bool is_within_a_request = false;
};

std::string text_of(const Taken& taken) {
  const Request& request = taken.request;
  std::string text = std::string(to_string(request.method)) + " " + request.path;
  for (const auto& [name, value] : request.query) text += " ?" + name + "=" + value;
  for (const net::Header& header : request.headers.all()) {
    text += " [" + header.name + ": " + header.value + "]";
  }
  text += taken.keep_alive ? " stays" : " closes";
  return text + " <" + request.body + "> " + std::to_string(taken.length) + "\n";
}

/// Reads as a session does.
class Connection {
 public:
  Reading read(const Pieces& pieces) {
    for (const std::string_view piece : pieces) {
      pending_ += piece;
      while (!ended_ && advance()) {
      }
    }
    reading_.is_within_a_request = !ended_ && reader_->has_begun();
    return std::move(reading_);
  }

 private:
  /// False: there has to be more.
  bool advance() {
    std::size_t used = 0;
    const RequestReader::State state = reader_->advance(pending_, used);
    require(used <= pending_.size(), "no more is used than there is");
    pending_.erase(0, used);
    length_ += used;
    switch (state) {
      case RequestReader::State::need_more:
        return false;
      case RequestReader::State::header_done:
        require(reader_->header_done(), "a header that is done stays done");
        return true;
      case RequestReader::State::refused:
        refuse();
        return false;
      case RequestReader::State::done:
        take();
        return !ended_ && !pending_.empty();
    }
    return false;
  }

  void take() {
    const bool keep_alive = reader_->keep_alive();
    reading_.requests.push_back({reader_->take(), length_, keep_alive});
    reading_.text += text_of(reading_.requests.back());
    ended_ = !keep_alive;
    length_ = 0;
    reader_.emplace(kLimits);
  }

  void refuse() {
    const Problem& problem = reader_->problem();
    require(problem.code.status >= 400, "a refusal has a status");
    require(!problem.detail.empty() && is_utf8(problem.detail), "a refusal says why");
    reading_.end = problem.code.name;
    ended_ = true;
  }

  std::optional<RequestReader> reader_{kLimits};
  std::string pending_;
  std::size_t length_ = 0;
  bool ended_ = false;
  Reading reading_;
};

void check_rules(const Request& request) {
  require(request.headers.count("Host") <= 1, "there is one Host at most");
  if (const auto host = request.headers.find("Host")) {
    require(net::is_valid_host(*host), "the Host is one", *host);
  }
  for (const net::Header& header : request.headers.all()) {
    require(net::is_token(header.name), "a header's name is a token", header.name);
    require(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
            "a header's value is one line", header.value);
  }
  const bool is_star = request.path == "*" && request.method == net::Method::options;
  require(is_star || request.path.starts_with('/'), "the path is one", request.path);
  require(is_utf8(request.path), "the path is text", request.path);
  require(request.path.find('\0') == std::string::npos, "the path has no NUL");
  require(request.body.size() <= kLimits.max_body_bytes, "the body keeps its limit");
}

void check(std::string_view stream) {
  const Reading whole = Connection().read({stream});
  for (const Taken& taken : whole.requests) {
    const auto plain = plain_message(stream);
    require(plain.has_value(), "a plain reader sees a message, too", text_of(taken));
    require(plain->length == taken.length, "both see its end at the same place", text_of(taken));
    require(plain->body == taken.request.body, "both see the same body", text_of(taken));
    check_rules(taken.request);
    stream.remove_prefix(taken.length);
  }
}

/// An error may be seen before the head has come to its end, or then. What is refused in one way is
/// not taken in another, whatever follows.
void check_unfinished(std::string_view stream, const Pieces& pieces, const std::string& requests) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  Pieces longer = pieces;
  longer.push_back(kEnd);
  for (const Pieces& way : {longer, Pieces{stream, kEnd}}) {
    require(Connection().read(way).text == requests, "what is refused stays refused", requests);
  }
}

bool is_too_long(std::string_view end) {
  return end == net::kHeaderTooLarge.name || end == net::kUriTooLong.name;
}

void check_cuttings(std::string_view stream) {
  const Reading whole = Connection().read({stream});
  for (const Pieces& pieces : cuttings(stream)) {
    const Reading seen = Connection().read(pieces);
    const std::string shown = seen.text + seen.end + "\n  instead of\n  " + whole.text + whole.end;
    require(seen.text == whole.text, "the same requests in pieces as whole", shown);
    if (seen.is_within_a_request != whole.is_within_a_request) {
      check_unfinished(stream, pieces, whole.text);
    } else {
      // Of a head that is too long another fault may be told.
      const bool either = is_too_long(seen.end) || is_too_long(whole.end);
      require(seen.end == whole.end || (either && !seen.end.empty() && !whole.end.empty()),
              "the same refusal in pieces as whole", shown);
    }
  }
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  const std::string_view stream = text_of(data, size);
  check(stream);
  check_cuttings(stream);
  return 0;
}
