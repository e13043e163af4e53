// `remitd tenants` and `remitd keys`: who may send requests; and `remitd ledger`. For those who run
// the installation.
//
// They work on the database alone, so they need no running server; one that runs sees a change
// within 5 s. Exit status as of remitd.
#pragma once

#include <functional>
#include <memory>

#include "remit/config/config.hpp"

namespace CLI {
class App;
}

namespace remit::app {

/// A command that was given; it prints its result on standard output.
using Command = std::function<int(const config::Config&)>;

class AccessCommands {
 public:
  /// Adds the commands; `prepare` is given each, for the flags that all have.
  AccessCommands(CLI::App& app, const std::function<void(CLI::App&)>& prepare);
  AccessCommands(const AccessCommands&) = delete;
  AccessCommands& operator=(const AccessCommands&) = delete;
  ~AccessCommands();

  /// The one that the command line names; empty: none of these.
  [[nodiscard]] Command chosen() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace remit::app
