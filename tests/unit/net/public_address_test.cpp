#include "remit/net/public_address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace remit::net {
namespace {

using boost::asio::ip::make_address;

TEST(PublicAddress, IsOutOnTheInternet) {
  for (const char* text : {"1.1.1.1",
                           "8.8.8.8",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.255.255.255",
                           "128.0.0.1",
                           "168.63.129.15",
                           "169.253.255.255",
                           "169.255.0.0",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.0.1.0",
                           "192.0.3.0",
                           "192.167.255.255",
                           "192.169.0.0",
                           "198.17.255.255",
                           "198.20.0.0",
                           "198.51.99.255",
                           "203.0.114.0",
                           "223.255.255.255",
                           "2000::1",
                           "2001:200::1",
                           "2001:4860:4860::8888",
                           "2003::1",
                           "2606:4700:4700::1111",
                           "3fff:1000::1",
                           "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(is_public(make_address(text))) << text;
  }
}

TEST(PublicAddress, IsNoneOfASpecialBlock) {
  for (const char* text :
       {"0.0.0.0",         "0.1.2.3",         "10.0.0.0",        "10.255.255.255",
        "100.64.0.0",      "100.100.100.200", "100.127.255.255", "127.0.0.1",
        "127.255.255.255", "168.63.129.16",   "169.254.0.0",     "169.254.169.254",
        "169.254.255.255", "172.16.0.0",      "172.31.255.255",  "192.0.0.0",
        "192.0.0.192",     "192.0.2.1",       "192.88.99.1",     "192.168.0.0",
        "192.168.255.255", "198.18.0.0",      "198.19.255.255",  "198.51.100.7",
        "203.0.113.7",     "224.0.0.1",       "239.255.255.255", "240.0.0.1",
        "255.255.255.255"}) {
    EXPECT_FALSE(is_public(make_address(text))) << text;
  }
}

TEST(PublicAddress, IsGlobalUnicastInIpv6) {
  for (const char* text : {"::",
                           "::1",
                           "100::1",
                           "100:0:0:1::1",
                           "1fff::1",
                           "4000::1",
                           "5f00::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "2001::1",
                           "2001:0:1::1",
                           "2001:2::1",
                           "2001:10::1",
                           "2001:20::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "2002:808:808::1",
                           "2002:7f00:1::1",
                           "3fff::1",
                           "3fff:fff:ffff::1"}) {
    EXPECT_FALSE(is_public(make_address(text))) << text;
  }
}

TEST(PublicAddress, IsNotOneThatWrapsAnother) {
  for (const char* text :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1", "::127.0.0.1", "::8.8.8.8", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", "64:ff9b::192.168.1.1", "64:ff9b:1::8.8.8.8",
        "64:ff9b:1:7f00:0:1::", "64:ff9b::1:8.8.8.8"}) {
    EXPECT_FALSE(is_public(make_address(text))) << text;
  }
}

TEST(PublicAddress, HasNoZone) {
  auto address = make_address("2606:4700:4700::1111").to_v6();
  EXPECT_TRUE(is_public(address));
  address.scope_id(2);
  EXPECT_FALSE(is_public(address));
  EXPECT_FALSE(is_public(make_address("fe80::1%1")));
}

}  // namespace
}  // namespace remit::net
