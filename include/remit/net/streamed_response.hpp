// A response whose body is made while it is sent, of any length: its next part is made when the
// client has taken the one before it, so that a slow client costs the memory of one part.
//
// Loop thread. Each part must be taken within a time, or the connection is closed. When making a
// part fails, the connection ends without the end of the body: a client sees that it is cut short.
// (One of HTTP/1.0 cannot: give such a body a last line of its own.) The answer to HEAD has its
// head alone. The connection is closed afterwards.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "remit/base/interface.hpp"
#include "remit/base/tenant.hpp"
#include "remit/net/http.hpp"

namespace remit::net {

/// Where parts come from; kept alive until the last was sent.
class BodySource : public Interface {
 public:
  /// Not empty; nothing: the body is complete.
  virtual Task<Result<std::optional<std::string>>> next() = 0;
};

/// How many bodies may be streamed at once, in all and to each tenant.
class StreamPlaces {
 public:
  StreamPlaces(std::size_t most, std::size_t most_of_tenant)
      : most_(most), most_of_tenant_(most_of_tenant) {}

  /// Given back with the last copy. kOverloaded.
  using Place = std::shared_ptr<void>;
  [[nodiscard]] Result<Place> take(TenantId tenant);
  [[nodiscard]] std::size_t taken() const { return taken_->all; }

 private:
  struct Taken {
    std::size_t all = 0;
    std::map<TenantId, std::size_t> of_tenant;
  };

  std::size_t most_;
  std::size_t most_of_tenant_;
  std::shared_ptr<Taken> taken_ = std::make_shared<Taken>();
};

/// `part_timeout`: for each part.
[[nodiscard]] Response streamed_response(const Request& request, std::string content_type,
                                         std::shared_ptr<BodySource> source,
                                         StreamPlaces::Place place,
                                         std::chrono::milliseconds part_timeout);

}  // namespace remit::net
