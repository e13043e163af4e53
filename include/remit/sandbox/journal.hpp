// The state file: one JSON line per effect, written before the effect is answered, replayed at
// start.
//
// Owned by the World, shared by its providers; loop thread. Without a path it keeps nothing and
// always succeeds. `open` fails when the file cannot be used or another sandbox has it; a torn last
// line (the process was killed while writing) is cut off, any other bad line fails `replay`. A line
// survives the death of the process, not of the machine: it is not synced.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "remit/net/json.hpp"

namespace remit::sandbox {

class Journal {
 public:
  [[nodiscard]] static std::expected<std::shared_ptr<Journal>, std::string> open(std::string path);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  /// Applies a provider's record to its books; false when it makes no sense there.
  using Apply = std::function<bool(std::string_view provider, const net::JsonValue& record)>;
  /// Once, before the first append.
  [[nodiscard]] std::expected<void, std::string> replay(const Apply& apply);

  [[nodiscard]] bool keeps() const { return descriptor_ >= 0; }
  /// False: the record is not kept, and its effect must not happen.
  [[nodiscard]] bool append(std::string_view provider, std::string_view record);
  /// Closes the file; from here on nothing is kept, so nothing succeeds.
  void close();

 private:
  Journal(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  [[nodiscard]] std::expected<std::string, std::string> read_all() const;

  std::string path_;
  int descriptor_ = -1;
  bool closed_ = false;
  std::int64_t size_ = 0;
};

}  // namespace remit::sandbox
