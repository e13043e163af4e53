// The one coroutine type of the product. A `Task` runs on the executor it was spawned on, always
// the loop thread; it is lazy and moves only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace remit {

template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace remit
