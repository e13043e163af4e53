#include "remit/storage/conninfo.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>

namespace remit::storage {
namespace {

/// What libpq makes of it.
std::map<std::string, std::string> read_by_libpq(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  std::map<std::string, std::string> values;
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr) values[option->keyword] = option->val;
  }
  return values;
}

TEST(WithPassword, EverythingElseStays) {
  for (const char* url : {"postgresql://payer@db.example:5433/remit?options=-c%20x%3D1",
                          "postgresql://payer:old@db.example:5433/remit?options=-c%20x%3D1",
                          "user=payer host=db.example port=5433 dbname=remit options='-c x=1'"}) {
    auto wanted = read_by_libpq(url);
    wanted["password"] = "new";
    EXPECT_EQ(read_by_libpq(with_password(url, "new")), wanted) << url;
  }
}

TEST(WithPassword, APasswordMayHoldAnything) {
  for (const char* password :
       {"a'b", "a\\b", "a b", " ", "p@ss:w/rd?#%41", "' host=elsewhere x='", "\xc3\xa4"}) {
    const auto values = read_by_libpq(with_password("postgresql://payer@db/remit", password));
    EXPECT_EQ(values.at("password"), password);
    EXPECT_EQ(values.at("host"), "db");
  }
}

TEST(WithPassword, SeveralHostsStaySeveral) {
  const auto values =
      read_by_libpq(with_password("postgresql://payer@one:1,two:2/remit", "secret"));
  EXPECT_EQ(values.at("host"), "one,two");
  EXPECT_EQ(values.at("port"), "1,2");
}

TEST(WithPassword, AnInvalidUrlIsReturnedUnchanged) {
  for (const char* url : {"postgresql://payer@[::1/remit", "host", "user='payer"}) {
    EXPECT_EQ(with_password(url, "secret"), url);
  }
}

}  // namespace
}  // namespace remit::storage
