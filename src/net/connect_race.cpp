#include "connect_race.hpp"

#include <algorithm>
#include <utility>

#include "await_tuple.hpp"

namespace remit::net {
namespace {

using boost::system::error_code;
using Tcp = boost::asio::ip::tcp;

}  // namespace

ConnectRace::ConnectRace(const Executor& executor, std::vector<Tcp::endpoint> endpoints,
                         std::shared_ptr<SpareSockets> spares, std::chrono::milliseconds patience)
    : executor_(executor),
      patience_(patience),
      endpoints_(families_in_turn(endpoints)),
      spares_(std::move(spares)),
      next_is_due_(executor),
      ended_(executor, std::chrono::steady_clock::time_point::max()),
      winner_(executor) {}

Task<error_code> ConnectRace::run(std::shared_ptr<ConnectRace> self) {
  if (self->endpoints_.empty()) co_return error_code(boost::asio::error::host_not_found);
  self->start_next();
  while (!self->has_ended_) co_await self->ended_.async_wait(kAwaitTuple);
  co_return self->result_;
}

bool ConnectRace::may_start() const {
  return !has_ended_ && next_ < endpoints_.size() && under_way_.size() < kAddressesAtATime;
}

void ConnectRace::start_next() {
  if (!may_start()) return;
  if (!under_way_.empty()) {
    if (spares_->take()) {
      ++spares_taken_;
    } else {
      give_up_oldest();
    }
  }
  auto attempt = std::make_shared<Attempt>(executor_);
  under_way_.push_back(attempt);
  attempt->socket.async_connect(
      endpoints_[next_++],
      [self = shared_from_this(), attempt](error_code error) { self->finish(attempt, error); });
  next_is_due_.cancel();
  if (!may_start()) return;
  next_is_due_.expires_after(patience_);
  next_is_due_.async_wait([weak = weak_from_this(), next = next_](error_code error) {
    const auto self = weak.lock();
    // A wait that was over before it was cancelled comes here all the same.
    if (self && !error && self->next_ == next) self->start_next();
  });
}

void ConnectRace::give_up_oldest() {
  error_code ignored;
  under_way_.front()->socket.close(ignored);
  under_way_.pop_front();
}

void ConnectRace::finish(const std::shared_ptr<Attempt>& attempt, error_code error) {
  // Those that were given up are no longer in the list, and those that come second find it over.
  if (has_ended_ || under_way_.remove(attempt) == 0) return;
  if (error && spares_taken_ > 0) {
    --spares_taken_;
    spares_->give_back(1);
  }
  if (!error) {
    winner_ = std::move(attempt->socket);
    end({});
  } else if (next_ < endpoints_.size()) {
    start_next();
  } else if (under_way_.empty()) {
    end(error);
  }
}

void ConnectRace::end(error_code result) {
  if (std::exchange(has_ended_, true)) return;
  result_ = result;
  for (const auto& attempt : under_way_) {
    error_code ignored;
    attempt->socket.close(ignored);
  }
  under_way_.clear();
  spares_->give_back(std::exchange(spares_taken_, 0));
  next_is_due_.cancel();
  ended_.cancel();
}

std::vector<Tcp::endpoint> families_in_turn(const std::vector<Tcp::endpoint>& endpoints) {
  std::vector<Tcp::endpoint> first;
  std::vector<Tcp::endpoint> second;
  for (const Tcp::endpoint& endpoint : endpoints) {
    const bool of_first = endpoint.protocol() == endpoints.front().protocol();
    (of_first ? first : second).push_back(endpoint);
  }
  std::vector<Tcp::endpoint> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

}  // namespace remit::net
