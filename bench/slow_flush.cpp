// libslow-flush.so: preloaded into a program, it makes each of its flushes to disk take
// REMIT_FLUSH_DELAY_US microseconds longer (2000 without it), like a disk without a battery behind
// its cache.
#include <dlfcn.h>
#include <time.h>

#include <bit>
#include <cstdlib>

namespace {

using Flush = int (*)(int);

timespec read_delay() {
  const char* const text = std::getenv("REMIT_FLUSH_DELAY_US");
  const long microseconds = text == nullptr ? 2'000 : std::atol(text);
  return {.tv_sec = microseconds / 1'000'000, .tv_nsec = microseconds % 1'000'000 * 1'000};
}

int flush_late(const char* name, int file) {
  static const timespec delay = read_delay();
  clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, nullptr);
  return std::bit_cast<Flush>(dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" {

int fdatasync(int file) { return flush_late("fdatasync", file); }
int fsync(int file) { return flush_late("fsync", file); }
}
