#include "response_scanner.hpp"

#include <strings.h>

#include <charconv>

namespace remit::bench {
namespace {

constexpr std::size_t kLongestHead = 65'536;
constexpr std::string_view kEnd = "\r\n\r\n";
constexpr std::string_view kLength = "content-length:";
constexpr std::string_view kClose = "connection: close";

bool begins(std::string_view line, std::string_view lower_case) {
  return line.size() >= lower_case.size() &&
         strncasecmp(line.data(), lower_case.data(), lower_case.size()) == 0;
}

}  // namespace

void ResponseScanner::reset() {
  head_.clear();
  missing_ = 0;
  in_body_ = false;
}

ResponseScanner::Progress ResponseScanner::feed(std::string_view bytes) {
  if (in_body_) {
    if (bytes.size() > missing_) return Progress::broken;
    missing_ -= bytes.size();
    if (missing_ > 0) return Progress::more;
    reset();
    return Progress::done;
  }
  if (!head_.empty()) bytes = head_.append(bytes);
  const std::size_t end = bytes.find(kEnd);
  if (end == std::string_view::npos) {
    if (head_.empty()) head_ = bytes;
    return head_.size() > kLongestHead ? Progress::broken : Progress::more;
  }
  return read_head(bytes.substr(0, end + 2), bytes.size() - end - kEnd.size());
}

ResponseScanner::Progress ResponseScanner::read_head(std::string_view head, std::size_t body_here) {
  if (head.size() < 14 || !begins(head, "http/1.")) return Progress::broken;
  std::size_t length = 0;
  closes_ = false;
  std::from_chars(head.data() + 9, head.data() + 12, status_);
  for (std::size_t at = head.find('\n') + 1; at < head.size(); at = head.find('\n', at) + 1) {
    if (head[at] != 'C' && head[at] != 'c') continue;
    const std::string_view line = head.substr(at);
    if (begins(line, kLength)) {
      const std::size_t digits = line.find_first_not_of(' ', kLength.size());
      const char* const last = line.data() + line.size();
      if (std::from_chars(line.data() + digits, last, length).ec != std::errc()) {
        return Progress::broken;
      }
    } else if (begins(line, kClose)) {
      closes_ = true;
    }
  }
  if (body_here > length) return Progress::broken;
  missing_ = length - body_here;
  in_body_ = missing_ > 0;
  head_.clear();
  return in_body_ ? Progress::more : Progress::done;
}

}  // namespace remit::bench
