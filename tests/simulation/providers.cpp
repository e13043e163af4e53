#include "simulation/providers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "remit/payments/charge_operation.hpp"
#include "simulation/client_requests.hpp"

namespace remit::simulation {
namespace {

using providers::OperationKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kHealthInterval = seconds(5);

bool is_submission(const Request& request) { return request.type == Request::Type::submit; }

bool is_processor(const config::ProviderConfig& config) {
  return config.kind == ProviderKind::processor;
}

}  // namespace

SimProvider::SimProvider(Parts parts) : parts_(std::move(parts)) {
  parts_.log.name(parts_.who, parts_.config.name);
}

SimProvider::Expectation SimProvider::expectation(const Request& request) {
  const providers::Operation& operation = request.operation;
  return {operation.payment_id, operation.kind, operation.operation_id};
}

std::optional<Duration> SimProvider::connect(Who caller) {
  if (weather.refuses_connections || cut_off.contains(caller)) {
    parts_.log.fault(Fault::connection_refused);
    return std::nullopt;
  }
  if (parts_.random.chance(weather.late / 4)) return parts_.config.timeout + seconds(1);
  // Most connections are open already.
  return parts_.random.chance(900) ? Duration{0}
                                   : parts_.random.between(Duration{100}, milliseconds(5));
}

Duration SimProvider::bound(const Request& request) const {
  return request.sent_at + request.timeout * 2 - milliseconds(1);
}

Duration SimProvider::draw_hidden_until(const Request& request) {
  if (!parts_.random.chance(weather.hides)) return Duration{0};
  parts_.log.fault(Fault::hidden_record);
  return parts_.random.between(parts_.schedule.now(), bound(request));
}

void SimProvider::send(SharedRequest request, Respond respond) {
  request->sent_at = parts_.schedule.now();
  const std::uint64_t subject = subject_of(request->operation.payment_id);
  if (is_submission(*request)) parts_.log.note(EventKind::submission_sent, who(), subject);
  if (parts_.random.chance(weather.duplicated)) {
    parts_.log.fault(Fault::request_duplicated);
    const Duration later = parts_.random.between(milliseconds(101), request->timeout * 2);
    deliver(request, [](const Response&) {}, later - milliseconds(100));
  }
  if (parts_.random.chance(weather.request_lost)) {
    parts_.log.fault(Fault::request_lost);
    return;
  }
  if (parts_.random.chance(weather.broken)) {
    parts_.log.fault(Fault::connection_broken);
    parts_.schedule.after(
        parts_.random.between(Duration{100}, milliseconds(3)),
        [respond = std::exchange(respond, [](const Response&) {})] { respond(Response{}); });
  }
  Duration delay = parts_.random.between(Duration{200}, milliseconds(3));
  if (parts_.random.chance(weather.late)) {
    parts_.log.fault(Fault::request_late);
    delay = parts_.random.between(request->timeout / 2, request->timeout * 2 - milliseconds(100));
    if (is_submission(*request) && on_moment) on_moment(*request);
  }
  deliver(std::move(request), std::move(respond), delay);
}

void SimProvider::deliver(SharedRequest request, Respond respond, Duration delay) {
  if (is_submission(*request)) {
    ++request->copies;
    ++expected_[expectation(*request)];
  }
  parts_.schedule.after(delay, [this, request = std::move(request), respond = std::move(respond)] {
    arrive(request, respond);
  });
}

void SimProvider::copy_gone(Request& request) {
  if (!is_submission(request) || request.copies == 0) return;
  --request.copies;
  const auto found = expected_.find(expectation(request));
  if (--found->second == 0) expected_.erase(found);
}

void SimProvider::void_copies(Request& request) {
  while (request.copies > 0) copy_gone(request);
}

bool SimProvider::is_expected(const Uuid& payment_id, OperationKind kind) const {
  auto one = expected_.lower_bound({payment_id, kind, Uuid()});
  for (; one != expected_.end(); ++one) {
    if (one->first.payment_id != payment_id || one->first.kind != kind) return false;
    if (!knows(one->first.operation_id)) return true;
  }
  return false;
}

Duration SimProvider::draw_work(const Request& request, Duration longest) {
  const Duration work = parts_.random.between(milliseconds(1), longest);
  if (!is_submission(request)) return work;
  return std::min(work, bound(request) - parts_.schedule.now());  // the promise
}

void SimProvider::arrive(const SharedRequest& request, const Respond& respond) {
  if (weather.hangs || weather.refuses_connections) {
    parts_.log.fault(Fault::provider_hung);
    copy_gone(*request);
    return;
  }
  if (intercept(request, respond)) return;
  parts_.schedule.after(draw_work(*request, milliseconds(40)),
                        [this, request, respond] { work(request, respond); });
}

bool SimProvider::intercept(const SharedRequest& request, const Respond& respond) {
  if (weather.no_route) {
    parts_.log.fault(Fault::no_route);
    answer(*request, respond, foreign_refusal(*request));
    copy_gone(*request);
    return true;
  }
  const bool is_operation =
      request->type != Request::Type::health && request->type != Request::Type::fees;
  if (is_operation && (is_way_lost(*request) || parts_.random.chance(weather.gateway_4xx))) {
    parts_.log.fault(Fault::gateway_4xx);
    answer(*request, respond, foreign_refusal(*request));
    if (is_submission(*request) && parts_.random.chance(500)) {
      way_lost_until_[request->operation.operation_id] =
          parts_.schedule.now() + parts_.random.between(Duration{0}, request->timeout * 6);
      work_unheard(request);
    } else {
      copy_gone(*request);
    }
    return true;
  }
  if (!is_submission(*request) || !parts_.random.chance(weather.gateway)) return false;
  // Something in between gives up; the work goes on.
  parts_.log.fault(Fault::gateway_5xx);
  answer(*request, respond,
         Response{.status = parts_.random.chance(500) ? 502 : 504, .is_foreign = true});
  work_unheard(request);
  return true;
}

bool SimProvider::is_way_lost(const Request& request) const {
  const auto found = way_lost_until_.find(request.operation.operation_id);
  return found != way_lost_until_.end() && !is_submission(request) &&
         parts_.schedule.now() < found->second;
}

bool SimProvider::is_repeat(const Request& request) const {
  const auto found = expected_.find(expectation(request));
  return found != expected_.end() && found->second > request.copies;
}

void SimProvider::work_unheard(const SharedRequest& request) {
  parts_.schedule.after(draw_work(*request, request->timeout / 4),
                        [this, request] { work(request, [](const Response&) {}); });
}

Response SimProvider::foreign_refusal(const Request& request) {
  constexpr std::array kStatuses{401, 403, 404, 408, 409, 413, 425};
  const bool is_no_way = weather.no_route || !is_submission(request);
  const int status = is_no_way && parts_.random.chance(700) ? 404 : parts_.random.pick(kStatuses);
  return Response{.status = status, .is_foreign = true};
}

void SimProvider::work(const SharedRequest& request, const Respond& respond) {
  if (!is_submission(*request)) {
    answer(*request, respond, question(*request));
    return;
  }
  answer(*request, respond, submission(*request));
}

Response SimProvider::submission(Request& request) {
  const auto refuse = [this, &request](Fault fault, int status) {
    parts_.log.fault(fault);
    parts_.log.note(EventKind::submission_refused, who(), subject_of(request.operation.payment_id),
                    status);
    request.fate = Request::Fate::refused;
    request.refusal = status;
    void_copies(request);
    return Response{.status = status};
  };
  if (request.fate == Request::Fate::refused) return Response{.status = request.refusal};
  Random& random = parts_.random;
  const bool is_first = request.fate == Request::Fate::open;
  if (is_first) {
    if (weather.failing || random.chance(weather.fails)) {
      return refuse(Fault::provider_5xx, random.chance(500) ? 500 : 503);
    }
    if (random.chance(weather.busy)) return refuse(Fault::busy_429, 429);
    if (is_repeat(request) && random.chance(weather.refuses_repeats)) {
      return refuse(Fault::busy_429, 429);
    }
    // What looks at an operation knows it again; what only counts requests (429) does not look.
    const bool is_known = knows(request.operation.operation_id);
    if (!is_known && random.chance(weather.refuses_for_now)) {
      return refuse(Fault::refused_passing, random.chance(500) ? 409 : 423);
    }
    if (!is_known && random.chance(weather.refuses)) {
      return refuse(Fault::refused, is_processor(parts_.config) ? 400 : 422);
    }
  }
  request.fate = Request::Fate::taken;
  copy_gone(request);
  const bool breaks = is_first && random.chance(weather.works_then_fails);
  const bool denies = !breaks && random.chance(weather.works_then_refuses);
  const bool babbles = !breaks && !denies && random.chance(weather.garbage);
  Response response = take(request);
  if (breaks) {
    parts_.log.fault(Fault::work_then_5xx);
    response = Response{.status = 500, .is_foreign = true};
  } else if (denies) {
    parts_.log.fault(Fault::work_then_4xx);
    response = foreign_refusal(request);
  } else if (babbles) {
    parts_.log.fault(Fault::garbage);
    response.is_garbage = true;
  }
  return response;
}

Response SimProvider::question(const Request& request) {
  if (request.type == Request::Type::health) return report();
  if (request.type == Request::Type::fees) {
    if (weather.failing) return Response{.status = 500};
    return Response{.status = 200};
  }
  if (weather.failing || parts_.random.chance(weather.fails)) return Response{.status = 500};
  Response response = look_up(request);
  if (response.status == 200 && parts_.random.chance(weather.garbage)) {
    parts_.log.fault(Fault::garbage);
    response.is_garbage = true;
  }
  parts_.log.note(EventKind::question_answered, who(), subject_of(request.operation.payment_id),
                  response.status);
  if (response.status == 404 && on_moment) on_moment(request);
  return response;
}

Response SimProvider::report() {
  const Duration now = parts_.schedule.now();
  if (is_processor(parts_.config) && now - health_asked_at_ < kHealthInterval) {
    return Response{.status = 429};
  }
  health_asked_at_ = now;
  if (weather.unreadable_health) {
    parts_.log.fault(Fault::unreadable_report);
    constexpr std::array kStatuses{200, 404, 500};
    return Response{.status = parts_.random.pick(kStatuses), .is_garbage = true};
  }
  Response response{.status = 200, .failing = weather.failing};
  response.min_response_ms = parts_.random.between(0, 20);
  if (weather.lies_about_health) {
    parts_.log.fault(Fault::health_lie);
    response.failing = !response.failing;
    const std::int64_t timeout_ms =
        std::chrono::duration_cast<milliseconds>(parts_.config.timeout).count();
    response.min_response_ms = parts_.random.between(0, timeout_ms * 2);
  }
  said_.emplace(response.failing, response.min_response_ms);
  return response;
}

FeeSchedule SimProvider::fees() {
  FeeSchedule schedule = parts_.config.fee;
  if (parts_.random.chance(weather.late + weather.fails)) {
    parts_.log.fault(Fault::fees_changed);
    schedule.percent_scaled += parts_.random.between(-50'000'000, 50'000'000);
  }
  return schedule;
}

void SimProvider::answer(const Request& request, const Respond& respond, Response response) {
  if (parts_.random.chance(weather.answer_lost)) {
    parts_.log.fault(Fault::answer_lost);
    return;
  }
  Duration delay = parts_.random.between(Duration{200}, milliseconds(3));
  if (!is_submission(request) && parts_.random.chance(weather.late)) {
    delay = parts_.random.between(Duration{0}, parts_.config.timeout);
  }
  parts_.schedule.after(delay, [respond, response = std::move(response)] { respond(response); });
}

bool SimProcessor::has(const Uuid& payment_id, OperationKind) const {
  return book_.contains(payment_id);
}

bool SimProcessor::is_its_own(const providers::Operation& operation) {
  return std::ranges::any_of(kTenants, [&](const Tenant& tenant) {
    return operation.operation_id == payments::charge_operation(tenant, operation.payment_id);
  });
}

Response SimProcessor::take(const Request& request) {
  const providers::Operation& operation = request.operation;
  const std::uint64_t subject = subject_of(operation.payment_id);
  if (!is_its_own(operation)) {
    parts_.log.violation("a charge was sent under another id than its own", subject);
  }
  if (knows(operation.operation_id)) {
    parts_.log.note(EventKind::submission_repeated, who(), subject);
    return Response{.status = 422};
  }
  ChargeRecord record{.amount = operation.source,
                      .requested_at = operation.requested_at,
                      .at = parts_.schedule.now(),
                      .hidden_until = draw_hidden_until(request)};
  const bool is_old = make_old(record, operation.payment_id);
  book_.emplace(operation.payment_id, record);
  payments_.emplace(operation.operation_id, operation.payment_id);
  parts_.log.note(EventKind::submission_taken, who(), subject, "charge", record.amount.minor);
  if (on_moment) on_moment(request);
  return Response{.status = is_old ? 422 : 200};
}

bool SimProcessor::make_old(ChargeRecord& record, const Uuid& id) {
  Random& random = parts_.random;
  if (random.chance(weather.misrecorded)) {
    parts_.log.fault(Fault::recorded_amount);
    // Until somebody corrects the books.
    const Money right = record.amount;
    record.amount.minor += random.chance(500) ? 1 : 1'000;
    parts_.schedule.after(random.between(seconds(5), seconds(90)),
                          [this, id, right] { book_.at(id).amount = right; });
    return true;
  }
  if (!random.chance(weather.redated)) return false;
  parts_.log.fault(Fault::recorded_instant);
  record.requested_at -=
      random.between(milliseconds(1), random.chance(500) ? milliseconds(900) : seconds(600));
  return true;
}

Response SimProcessor::look_up(const Request& request) {
  const auto payment = payments_.find(request.operation.operation_id);
  const auto found = payment == payments_.end() ? book_.end() : book_.find(payment->second);
  if (found == book_.end() || parts_.schedule.now() < found->second.hidden_until) {
    return Response{.status = 404};
  }
  Response response{.status = 200};
  response.amount = found->second.amount;
  response.requested_at = found->second.requested_at;
  return response;
}

}  // namespace remit::simulation
