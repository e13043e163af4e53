// Loaded before libfaketime: lets a program that AddressSanitizer watches have its clock faked.
//
// The sanitizer's allocator reads the clock, and libfaketime allocates when its clock is read for
// the first time, which would never end. Until libfaketime is ready the kernel is asked. Only the
// wall clock is ever false: time that is measured goes on as it does in life.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace {

using ReadClock = int (*)(clockid_t, timespec*);

ReadClock false_clock = nullptr;
bool is_ready = false;

__attribute__((constructor)) void prepare() {
  false_clock = reinterpret_cast<ReadClock>(dlsym(RTLD_NEXT, "clock_gettime"));
  timespec unused{};
  is_ready = false_clock != nullptr && false_clock(CLOCK_REALTIME, &unused) == 0;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int clock_gettime(clockid_t clock,
                                                                    timespec* time) noexcept {
  if (is_ready && clock == CLOCK_REALTIME) return false_clock(clock, time);
  return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
}
