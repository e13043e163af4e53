#include "pool.hpp"

#include <algorithm>
#include <utility>

namespace remit::net {

Task<ConnectionPool::Slot> ConnectionPool::acquire(std::shared_ptr<CallState> state) {
  Slot slot;
  slot.connection = take_idle();
  if (slot.connection) co_return slot;
  if (slots_used_ < limits_.max_connections) {
    ++slots_used_;
    co_return slot;
  }
  if (waiters_.size() >= limits_.max_waiting) {
    slot.outcome = Outcome::too_many_waiting;
    co_return slot;
  }
  auto waiter = std::make_shared<Waiter>();
  waiter->state = state;
  const auto place = waiters_.insert(waiters_.end(), waiter);
  while (!waiter->granted && !state->is_interrupted()) co_await state->wait();
  if (!waiter->granted) {
    waiters_.erase(place);
    slot.outcome = Outcome::interrupted;
    co_return slot;
  }
  slot.connection = std::move(waiter->connection);
  if (slot.connection && !slot.connection->is_fresh()) {
    slot.connection->abort();
    slot.connection.reset();
  }
  co_return slot;
}

void ConnectionPool::release(std::shared_ptr<Connection> reusable) {
  if (closed_) reusable.reset();
  if (!waiters_.empty()) {
    const std::shared_ptr<Waiter> waiter = waiters_.front();
    waiters_.pop_front();
    waiter->granted = true;
    waiter->connection = std::move(reusable);
    waiter->state->wake();
  } else if (reusable) {
    reusable->idle_since = std::chrono::steady_clock::now();
    idle_.push_back(std::move(reusable));
    start_idle_timer();
  } else {
    --slots_used_;
  }
}

std::shared_ptr<Connection> ConnectionPool::take_idle() {
  const auto oldest = std::chrono::steady_clock::now() - limits_.idle_timeout;
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->idle_since > oldest && connection->is_fresh()) return connection;
    connection->abort();
    --slots_used_;
  }
  return nullptr;
}

void ConnectionPool::start_idle_timer() {
  if (idle_timer_runs_) return;
  idle_timer_runs_ = true;
  idle_timer_.expires_at(idle_.front()->idle_since + limits_.idle_timeout);
  idle_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self && !error) self->close_expired();
  });
}

void ConnectionPool::close_expired() {
  idle_timer_runs_ = false;
  const auto oldest = std::chrono::steady_clock::now() - limits_.idle_timeout;
  const auto first_to_keep = std::ranges::find_if(
      idle_, [oldest](const auto& connection) { return connection->idle_since > oldest; });
  for (auto expired = idle_.begin(); expired != first_to_keep; ++expired) {
    (*expired)->abort();
    --slots_used_;
  }
  idle_.erase(idle_.begin(), first_to_keep);
  if (!idle_.empty()) start_idle_timer();
}

void ConnectionPool::close() {
  closed_ = true;
  for (const auto& connection : idle_) connection->abort();
  slots_used_ -= idle_.size();
  idle_.clear();
  idle_timer_.cancel();
}

}  // namespace remit::net
