#include "resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "remit/telemetry/log.hpp"

namespace remit::net {

using std::chrono::steady_clock;

Resolver::Resolver(const Executor& executor, std::string host, std::string port, Settings settings)
    : executor_(executor),
      host_(std::move(host)),
      port_(std::move(port)),
      settings_(std::move(settings)),
      patience_(executor) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host_, error);
  is_numeric_ = !error;
  if (!is_numeric_) return;
  known_.emplace_back(address, static_cast<std::uint16_t>(std::stoul(port_)));
  fresh_until_ = steady_clock::time_point::max();
}

Task<Resolver::Endpoints> Resolver::resolve(std::shared_ptr<Resolver> self,
                                            std::shared_ptr<CallState> state) {
  if (self->is_fresh()) co_return self->known_;
  self->ask();
  const auto place = self->waiting_.insert(self->waiting_.end(), state);
  while (self->is_worth_waiting() && !state->is_interrupted()) co_await state->wait();
  self->waiting_.erase(place);
  co_return self->known_;
}

void Resolver::ask() {
  if (question_ || closed_) return;
  try {
    question_.emplace(executor_, [this, lookup = settings_.lookup, host = host_, port = port_] {
      Found found = lookup(host, port);
      return [this, found = std::move(found)]() mutable { hear(std::move(found)); };
    });
  } catch (const std::system_error&) {
    return hear({});
  }
  patience_.expires_after(settings_.patience);
  patience_.async_wait([weak = weak_from_this(), asked = ++questions_](auto error) {
    const auto self = weak.lock();
    // A wait that was over before it was cancelled comes here all the same.
    if (self && !error && self->question_ && self->questions_ == asked) self->lose_patience();
  });
}

void Resolver::hear(Found found) {
  question_.reset();
  patience_.cancel();
  if (!found.endpoints.empty()) {
    known_ = std::move(found.endpoints);
    fresh_until_ = steady_clock::now() + settings_.keep;
  } else if (found.no_such_host) {
    known_.clear();
  } else {
    return lose_patience();
  }
  is_answering_ = true;
  wake_all();
}

void Resolver::lose_patience() {
  const bool was_answering = std::exchange(is_answering_, false);
  if (was_answering && !known_.empty()) {
    telemetry::log(telemetry::Level::warn,
                   "name servers do not answer; the last addresses are used", {{"host", host_}});
  }
  wake_all();
}

void Resolver::wake_all() {
  for (const auto& state : waiting_) state->wake();
}

void Resolver::doubt() {
  if (!is_numeric_) fresh_until_ = {};
}

void Resolver::close() {
  closed_ = true;
  question_.reset();
  patience_.cancel();
  wake_all();
}

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
