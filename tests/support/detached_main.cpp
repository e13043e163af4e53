// `main` of tests whose work may outlast them (remit/base/detached.hpp): it ends as that of remitd
// does, but lets work that is about to end do so, for the sake of the sanitizers' last look.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "remit/base/detached.hpp"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int status = RUN_ALL_TESTS();
  if (!remit::detached_have_ended(std::chrono::seconds(5))) std::_Exit(status);
  return status;
}
