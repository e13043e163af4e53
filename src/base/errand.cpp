#include "remit/base/errand.hpp"

#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <utility>

#include "remit/base/detached.hpp"

namespace remit {

/// Between the thread and the loop. Held while something is posted, so that a loop to which this
/// leads is there until that is done.
struct Errand::Link {
  std::mutex mutex;
  std::optional<Executor> loop;  ///< changed on the loop only; none: nobody wants to know any more
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
