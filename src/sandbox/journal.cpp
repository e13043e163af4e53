#include "remit/sandbox/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::sandbox {

namespace {

std::string failure(const std::string& path, std::string_view what) {
  const int error = errno;
  return "state file " + path + ": " + std::string(what) + ": " + std::strerror(error);
}

}  // namespace

std::expected<std::shared_ptr<Journal>, std::string> Journal::open(std::string path) {
  if (path.empty()) return std::shared_ptr<Journal>(new Journal({}, -1));
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::unexpected(failure(path, "cannot be opened"));
  std::shared_ptr<Journal> journal(new Journal(std::move(path), descriptor));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return std::unexpected(failure(journal->path_, "another sandbox has it"));
  }
  return journal;
}

Journal::~Journal() { close(); }

void Journal::close() {
  if (keeps()) ::close(descriptor_);
  descriptor_ = -1;
  closed_ = true;
}

std::expected<std::string, std::string> Journal::read_all() const {
  std::string text;
  std::array<char, 65'536> chunk{};
  while (true) {
    const ssize_t count =
        ::pread(descriptor_, chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(failure(path_, "cannot be read"));
    if (count == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

std::expected<void, std::string> Journal::replay(const Apply& apply) {
  if (!keeps()) return {};
  const std::expected<std::string, std::string> text = read_all();
  if (!text) return std::unexpected(text.error());
  std::size_t begin = 0;
  std::size_t line_number = 0;
  for (std::size_t end = text->find('\n'); end != std::string::npos;
       end = text->find('\n', begin)) {
    ++line_number;
    const Result<net::JsonValue> line =
        net::parse_json(std::string_view(*text).substr(begin, end - begin));
    begin = end + 1;
    const net::JsonArray* parts = line ? line->array() : nullptr;
    const bool is_pair = parts != nullptr && parts->size() == 2 && parts->at(0).string() != nullptr;
    if (!is_pair || !apply(*parts->at(0).string(), parts->at(1))) {
      return std::unexpected("state file " + path_ + ": line " + std::to_string(line_number) +
                             " is not one of ours");
    }
  }
  size_ = static_cast<std::int64_t>(begin);
  if (begin != text->size() && ::ftruncate(descriptor_, size_) != 0) {
    return std::unexpected(failure(path_, "the torn last line cannot be cut off"));
  }
  return {};
}

bool Journal::append(std::string_view provider, std::string_view record) {
  if (closed_) return false;
  if (!keeps()) return true;
  std::string line;
  line.reserve(provider.size() + record.size() + 8);
  line.append("[\"").append(provider).append("\",").append(record).append("]\n");
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(descriptor_, line.data() + written, line.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      telemetry::log(telemetry::Level::error, "state file cannot be written",
                     {{"path", path_}, {"error", std::strerror(errno)}});
      // A part of the line would spoil the one that follows it.
      return ::ftruncate(descriptor_, size_) == 0 && false;
    }
    written += static_cast<std::size_t>(count);
  }
  size_ += static_cast<std::int64_t>(line.size());
  return true;
}

}  // namespace remit::sandbox
