// The loop over requests; the bytes are moved in session_io.cpp, the answers chosen in
// session_answer.cpp.
#include "session.hpp"

#include <algorithm>
#include <utility>

#include "overflow.hpp"
#include "remit/net/problems.hpp"
#include "remit/telemetry/log.hpp"

namespace remit::net {
namespace {

// What all clients together may send in bodies that are larger than most requests may have.
constexpr std::size_t kMostLargeRequests = 33'554'432;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Session::Session(Socket socket, std::shared_ptr<const ServerCore> core)
    : socket_(std::move(socket)), core_(std::move(core)) {}

Task<void> Session::run() {
  bool open = true;
  while (open) open = co_await serve_one();
  close();
}

Task<void> Session::reject_overloaded() {
  trace_ = telemetry::new_trace();
  Response response = overflow_response(trace_.request_id);
  const bool sent = co_await send(std::move(response), Then::close);
  if (sent) co_await linger();
  close();
}

Task<bool> Session::serve_one() {
  reader_.emplace(core_->limits);
  large_body_.reset();
  is_head_ = false;
  const Received received = co_await receive();
  if (received == Received::nothing) co_return false;

  const Headers& headers = reader_->headers();
  trace_ = telemetry::continue_trace(headers.find_only("X-Request-Id"),
                                     headers.find_only("traceparent"));
  if (received == Received::refused) {
    is_head_ = reader_->is_head();
    access_ = AccessRecord();
    access_.method = reader_->method();
    Response response = problem_response(refusal_, trace_.request_id);
    core_->cors.decorate(response, headers.find("Origin"));
    report(std::nullopt, nullptr, response.status, std::chrono::steady_clock::now());
    telemetry::log(telemetry::Level::debug, trace_, "request refused",
                   {{"code", refusal_.code.name}, {"detail", refusal_.detail}});
    const bool sent = co_await send(std::move(response), Then::close);
    if (sent) co_await linger();
    co_return false;
  }

  Request request = reader_->take();
  request.trace = trace_;
  is_head_ = request.method == Method::head;
  ++requests_;
  is_used_ = true;
  enter(Phase::handling, std::chrono::milliseconds::zero());
  Response response = co_await answer(std::move(request));
  if (response.take_over && !is_head_) {
    co_await hand_over(std::move(response));
    co_return false;
  }
  // What came before our "close" was sent in good faith, and closing would lose it.
  const bool goes_on = !retiring_ || has_input();
  const bool keep_alive = reader_->keep_alive() && goes_on;
  const Then then = keep_alive ? Then::keep_alive : Then::close;
  const bool sent = co_await send(std::move(response), then);
  if (sent && !keep_alive) co_await linger();
  const bool stays_open = sent && keep_alive;
  co_return stays_open;
}

Task<Session::Received> Session::receive() {
  const ServerSettings& settings = core_->settings;
  enter(Phase::idle, settings.idle_timeout);
  if (draining_) begin_drain();
  for (;;) {
    std::size_t used = 0;
    const RequestReader::State state = reader_->advance(pending(), used);
    buffer_.consume(used);
    if (state == RequestReader::State::done) co_return Received::request;
    if (state == RequestReader::State::refused) {
      refusal_ = reader_->problem();
      co_return Received::refused;
    }
    if (state == RequestReader::State::header_done) {
      if (!make_room()) co_return Received::refused;
      enter(Phase::body, settings.body_timeout);
      if (reader_->expects_continue() && pending().empty()) {
        enter(Phase::writing, settings.write_timeout);
        const bool sent = co_await write(kContinue, std::string_view());
        if (!sent) co_return Received::nothing;
        enter(Phase::body, settings.body_timeout);
      }
      continue;
    }
    if (phase_ == Phase::idle && reader_->has_begun()) {
      enter(Phase::header, settings.header_timeout);
    }
    const bool more = co_await read_some();
    if (more) continue;
    if (!timed_out_ || phase_ == Phase::idle) co_return Received::nothing;
    refusal_ = Problem(kRequestTimeout, "the request did not arrive in time");
    co_return Received::refused;
  }
}

bool Session::make_room() {
  const std::size_t size = reader_->large_body();
  if (size == 0) return true;
  if (core_->large_requests + size > kMostLargeRequests) {
    refusal_ = Problem(kOverloaded, "too many large requests at once");
    refusal_.retry_after = std::chrono::seconds(1);
    return false;
  }
  large_body_.emplace(core_->large_requests, size);
  return true;
}

void Session::begin_drain() {
  retiring_ = true;
  draining_ = true;
  farewell_is_due_ = true;
  if (phase_ == Phase::taken_over) {
    boost::system::error_code ignored;
    if (is_reading_) socket_.cancel(ignored);
    if (pause_) pause_->cancel();
    return;
  }
  if (phase_ != Phase::idle || has_input()) return;
  deadline_ = std::min(deadline_, begun_at_ + core_->settings.arrival_timeout);
  if (is_used_ || deadline_ <= std::chrono::steady_clock::now()) close();
}

void Session::enter(Phase phase, std::chrono::milliseconds timeout) {
  phase_ = phase;
  timed_out_ = false;
  deadline_ =
      phase == Phase::handling ? Instant::max() : std::chrono::steady_clock::now() + timeout;
}

void Session::enforce_deadline(Instant now) {
  if (now < deadline_) return;
  if (phase_ == Phase::idle && has_input()) return;  // A request came at the last moment.
  deadline_ = Instant::max();
  timed_out_ = true;
  if (phase_ != Phase::header && phase_ != Phase::body) return close();
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // There is still a 408 to be said.
}

void Session::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (pause_) pause_->cancel();
}

}  // namespace remit::net
