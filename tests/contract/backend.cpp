#include "contract/backend.hpp"

#include <stdexcept>

namespace remit::contract {

void Backend::run_until(const std::function<bool()>& done) {
  begin_wait();
  while (!done()) {
    if (is_overdue()) throw std::runtime_error("it did not come about in time");
    step();
  }
}

}  // namespace remit::contract
