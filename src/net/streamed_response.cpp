#include "remit/net/streamed_response.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "remit/net/problems.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::net {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";
/// Longer than the database lets any statement run.
constexpr std::chrono::minutes kMakingTime{5};

std::string chunk_of(const std::string& part) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), part.size(), 16).ptr;
  std::string chunk(size.data(), end);
  chunk.append("\r\n").append(part).append("\r\n");
  return chunk;
}

Task<void> send_body(Stream stream, Response response, std::shared_ptr<BodySource> source,
                     StreamPlaces::Place place, std::chrono::milliseconds part_timeout) {
  const bool is_chunked = response.framing == Framing::chunked;
  std::string bytes = stream.head_of(response);
  while (true) {
    stream.expires_after(kMakingTime);
    Result<std::optional<std::string>> part = co_await source->next();
    if (!part) {
      telemetry::log(telemetry::Level::warn, "a streamed response was cut short",
                     {{"code", part.error().code.name}, {"detail", part.error().detail}});
      stream.close();
      co_return;
    }
    if (*part) bytes += is_chunked ? chunk_of(**part) : **part;
    if (!*part && is_chunked) bytes += kLastChunk;
    stream.expires_after(part_timeout);
    const bool is_sent = co_await stream.write(bytes);
    if (!is_sent || !*part) co_return;
    bytes.clear();
  }
}

}  // namespace

Result<StreamPlaces::Place> StreamPlaces::take(TenantId tenant) {
  const auto known = taken_->of_tenant.find(tenant);
  const std::size_t its = known == taken_->of_tenant.end() ? 0 : known->second;
  if (taken_->all >= most_ || its >= most_of_tenant_) {
    return fail(again_later(kOverloaded, "too many answers are being streamed"));
  }
  ++taken_->all;
  ++taken_->of_tenant[tenant];
  return Place(nullptr, [taken = taken_, tenant](std::nullptr_t) {
    --taken->all;
    const auto of_it = taken->of_tenant.find(tenant);
    if (--of_it->second == 0) taken->of_tenant.erase(of_it);
  });
}

Response streamed_response(const Request& request, std::string content_type,
                           std::shared_ptr<BodySource> source, StreamPlaces::Place place,
                           std::chrono::milliseconds part_timeout) {
  Response response;
  response.content_type = std::move(content_type);
  response.framing = request.is_http_1_0 ? Framing::by_close : Framing::chunked;
  response.take_over = [source = std::move(source), place = std::move(place), part_timeout](
                           Stream stream, Response head) {
    return send_body(stream, std::move(head), source, place, part_timeout);
  };
  return response;
}

}  // namespace remit::net
