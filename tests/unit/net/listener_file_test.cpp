// The file of a unix socket belongs to the listener that made it for as long as it admits anybody.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "listener.hpp"

namespace remit::net {
namespace {

class ListenerFile : public testing::Test {
 protected:
  std::unique_ptr<Listener> open() {
    auto opened = Listener::open(context_.get_executor(), "unix:" + path_.string(), false);
    if (!opened) throw std::runtime_error(opened.error());
    return *std::move(opened);
  }

  boost::asio::io_context context_{1};
  const std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                      ("remit-listener-" + std::to_string(::getpid()) + ".sock");
};

TEST_F(ListenerFile, IsRemovedWhenAdmissionHasEnded) {
  const auto listener = open();
  EXPECT_TRUE(std::filesystem::exists(path_));
  listener->stop_admitting();
  EXPECT_FALSE(std::filesystem::exists(path_));
  listener->close();
}

TEST_F(ListenerFile, IsRemovedOnClose) {
  const auto listener = open();
  listener->close();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ListenerFile, StaysWhenItBelongsToASuccessor) {
  const auto predecessor = open();
  predecessor->stop_admitting();
  const auto successor = open();
  predecessor->stop_admitting();
  predecessor->close();
  EXPECT_TRUE(std::filesystem::exists(path_));
  successor->close();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace remit::net
