// beast-floor: the least that a Beast server can do for a request, to measure others against. It
// reads a whole request on a keep-alive connection and answers 200 with a small body, whatever was
// asked.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Lives as long as one of its operations is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    answer_.set(http::field::content_type, "application/json");
    answer_.body() = R"({"status":"ok"})";
    answer_.prepare_payload();
  }

  void read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    http::async_write(socket_, answer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> answer_{http::status::ok, 11};
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

int serve(unsigned short port) {
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), port});
  accept(acceptor);
  asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&loop](error_code, int) { loop.stop(); });
  loop.run();
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: beast-floor PORT" << std::endl;
    return 2;
  }
  try {
    return serve(static_cast<unsigned short>(std::stoul(argv[1])));
  } catch (const std::exception& error) {
    std::cerr << "beast-floor: " << error.what() << std::endl;
    return EXIT_FAILURE;
  }
}
