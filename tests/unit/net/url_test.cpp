#include "remit/net/url.hpp"

#include <gtest/gtest.h>

#include <string>

#include "origin.hpp"

namespace remit::net {
namespace {

TEST(HttpUrl, IsTakenApart) {
  const auto url = parse_http_url("https://shop.example:8443/hooks/a%20b?key=1&x=y");
  ASSERT_TRUE(url) << url.error();
  EXPECT_TRUE(url->is_https);
  EXPECT_EQ(url->host, "shop.example");
  EXPECT_EQ(url->origin, "https://shop.example:8443");
  EXPECT_EQ(url->target, "/hooks/a%20b?key=1&x=y");
}

TEST(HttpUrl, WithoutAPathIsTheRoot) {
  EXPECT_EQ(parse_http_url("HTTPS://shop.example")->origin, "https://shop.example");
  EXPECT_EQ(parse_http_url("https://shop.example")->target, "/");
  EXPECT_EQ(parse_http_url("http://shop.example?x")->target, "/?x");
  EXPECT_FALSE(parse_http_url("http://shop.example")->is_https);
}

TEST(HttpUrl, HasAnOriginThatAClientTakes) {
  for (const char* text :
       {"https://shop.example/a", "http://[2606:4700::1]:81/b?c", "http://1.1.1.1"}) {
    const auto url = parse_http_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_TRUE(parse_origin(url->origin)) << text;
  }
}

TEST(HttpUrl, SaysWhatIsWrong) {
  const auto error = [](const char* text) { return parse_http_url(text).error(); };
  EXPECT_EQ(error(""), "is not a URL");
  EXPECT_EQ(error("shop.example"), "is not a URL");
  EXPECT_EQ(error("/hooks"), "is not a URL");
  EXPECT_EQ(error("https://shop.example/a b"), "is not a URL");
  EXPECT_EQ(error("https://shop.example/\n"), "is not a URL");
  EXPECT_EQ(error("ftp://shop.example"), "must begin with https://");
  EXPECT_EQ(error("file:///etc/passwd"), "must begin with https://");
  EXPECT_EQ(error("mailto:a@b"), "must begin with https://");
  EXPECT_EQ(error("https://user@shop.example"), "must have no user and no password");
  EXPECT_EQ(error("https://:pw@shop.example"), "must have no user and no password");
  EXPECT_EQ(error("https://shop.example/#top"), "must have no fragment");
  EXPECT_EQ(error("https:///hooks"), "must have a host");
  for (const char* const text :
       {"https://shop.example:443x/", "https://localhost%00.shop.example/", "https://[v1.x]/",
        "https://shop%2eexample/", "https://*.example/", "https://127.0.0.1%0d%0aX:%20y/",
        "https://shop.example:80:81/", "https://shop.example:+80/"}) {
    EXPECT_FALSE(parse_http_url(text)) << text;
  }
  EXPECT_EQ(error("https://shop.example:0/"), "must have a port between 1 and 65535, or none");
  EXPECT_EQ(error("https://shop.example:/"), "must have a port between 1 and 65535, or none");
  EXPECT_EQ(error("https://shop.example:65536/"), "must have a port between 1 and 65535, or none");
}

TEST(HttpUrl, MayNameAnAddressThatIsNotPublic) {
  const auto special = [](const std::string& text) {
    return names_special_address(parse_http_url(text).value());
  };
  EXPECT_TRUE(special("https://127.0.0.1/"));
  EXPECT_TRUE(special("https://[::1]/"));
  EXPECT_TRUE(special("https://[::ffff:10.0.0.1]/"));
  EXPECT_TRUE(special("http://169.254.169.254/latest"));
  EXPECT_FALSE(special("https://1.1.1.1/"));
  EXPECT_FALSE(special("https://localhost/")) << "names are looked up when they are called";
}

}  // namespace
}  // namespace remit::net
