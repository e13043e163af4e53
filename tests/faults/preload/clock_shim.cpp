// Loaded before libfaketime: lets a program that AddressSanitizer watches have its clock faked.
//
// The sanitizer's allocator reads the clock, and libfaketime allocates when its clock is read for
// the first time, which would never end. Until libfaketime is ready the kernel is asked. Only the
// wall clock is ever false: time that is measured goes on as it does in life.
//
// And libfaketime would share its state through /dev/shm, which keeps it when the program is
// killed. Without a semaphore it does without.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace {

using ReadClock = int (*)(clockid_t, timespec*);

ReadClock false_clock = nullptr;
bool is_ready = false;

constexpr const char* kSharedState = "/faketime_";

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

extern "C" __attribute__((visibility("default"))) sem_t* sem_open(const char* name, int flags,
                                                                  ...) noexcept {
  if (strncmp(name, kSharedState, strlen(kSharedState)) == 0) {
    errno = ENOSYS;
    return SEM_FAILED;
  }
  using Open = sem_t* (*)(const char*, int, ...);
  const auto real = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "sem_open"));
  if ((flags & O_CREAT) == 0) return real(name, flags);
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  const unsigned value = va_arg(more, unsigned);
  va_end(more);
  return real(name, flags, mode, value);
}
