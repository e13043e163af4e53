#include "support/faulty_clock.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace remit::test {

FaultyClock::FaultyClock() {
  if (!std::filesystem::exists(REMIT_FAKETIME_LIBRARY)) {
    throw std::runtime_error("the package libfaketime is not installed");
  }
  jump_to(std::chrono::seconds(0));
}

// By a new file, so that nobody reads half of one.
void FaultyClock::jump_to(std::chrono::seconds offset) {
  const std::filesystem::path fresh = folder_ / "fresh";
  std::ofstream file(fresh);
  file << (offset.count() < 0 ? "" : "+") << offset.count() << "\n";
  file.close();
  if (!file) throw std::runtime_error("cannot write " + fresh.string());
  std::filesystem::rename(fresh, folder_ / "offset");
}

std::vector<std::string> FaultyClock::environment() const {
  return {"LD_PRELOAD=" REMIT_CLOCK_SHIM " " REMIT_FAKETIME_LIBRARY,
          "FAKETIME_TIMESTAMP_FILE=" + (folder_ / "offset"), "FAKETIME_NO_CACHE=1",
          "FAKETIME_DONT_FAKE_MONOTONIC=1"};
}

}  // namespace remit::test
