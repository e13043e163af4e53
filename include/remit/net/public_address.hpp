// Which addresses are out on the internet, for requests whose target a client of ours has chosen:
// everything else (this machine, networks that are private, shared or of the provider, services of
// a cloud such as metadata, groups, and forms in which an address is wrapped into another) could
// lead a request to where its author cannot go (docs/security.md).
//
// IPv4 is refused by a list (IANA's registry of special addresses, and what clouds have made of
// public ones); of IPv6 only global unicast is accepted, less what is special there, and NAT64 of
// an IPv4 address that is accepted itself. Pure; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace remit::net {

[[nodiscard]] bool is_public(const boost::asio::ip::address& address);

}  // namespace remit::net
