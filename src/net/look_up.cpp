// The question to the system: it blocks, so it is asked on no loop.
#include <netdb.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>

#include "resolver.hpp"

namespace remit::net {

Resolver::Found look_up(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Resolver::Found found;
  found.no_such_host = status == EAI_NONAME || status == EAI_NODATA;
  if (status != 0) return found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    found.endpoints.push_back(endpoint);
  }
  return found;
}

}  // namespace remit::net
