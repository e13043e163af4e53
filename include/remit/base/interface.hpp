// The base of interfaces: destroyed through a pointer to it, and never copied.
#pragma once

namespace remit {

class Interface {
 public:
  Interface() = default;
  Interface(const Interface&) = delete;
  Interface& operator=(const Interface&) = delete;
  virtual ~Interface() = default;
};

}  // namespace remit
