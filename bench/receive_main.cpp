// remit-receive PORT: receives webhooks on a port of this machine until SIGTERM, and prints what
// came as one line of JSON.
#include <cstdlib>
#include <iostream>

#include "receive_loop.hpp"

int main(int argc, char** argv) {
  const int port = argc == 2 ? std::atoi(argv[1]) : 0;
  if (port < 1 || port > 65'535) {
    std::cerr << "usage: remit-receive PORT" << std::endl;
    return 2;
  }
  try {
    remit::bench::ReceiveLoop loop(static_cast<std::uint16_t>(port));
    loop.run();
    std::cout << loop.to_json() << std::endl;
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "remit-receive: " << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
