#include "remit/base/errand.hpp"

#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "remit/base/detached.hpp"

namespace remit {

/// Between the thread and the loop. The mutex is held while a result is posted, so the loop is not
/// destroyed meanwhile.
struct Errand::Link {
  std::mutex mutex;
  std::optional<Executor> loop;  ///< changed on the loop only; none: the result is no longer wanted
};

Errand::Errand(const Executor& loop, Work work) : link_(std::make_shared<Link>()) {
  link_->loop = loop;
  run_detached([link = link_, work = std::move(work)]() mutable {
    Tell tell = work();
    work = nullptr;
    const std::lock_guard lock(link->mutex);
    if (!link->loop) return;
    boost::asio::post(*link->loop, [link, tell = std::move(tell)]() mutable {
      if (link->loop) tell();
    });
  });
}

Errand::~Errand() {
  const std::lock_guard lock(link_->mutex);
  link_->loop.reset();
}

}  // namespace remit
