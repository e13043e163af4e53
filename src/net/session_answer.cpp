// Finds the response to a complete request: route, caller, handler.
#include <exception>
#include <utility>

#include "remit/net/problems.hpp"
#include "remit/telemetry/log.hpp"
#include "session.hpp"
#include "session_admission.hpp"

namespace remit::net {

namespace {

/// Clients paste whole API keys where their ids belong.
std::string path_for_log(const std::string& path) {
  constexpr std::string_view kKey = "remit_";
  const std::size_t at = path.find(kKey);
  return at == std::string::npos ? path : path.substr(0, at + kKey.size()) + "…";
}

}  // namespace

Result<void> Session::prepare(Router::Match& match, Request& request) const {
  if (!may_carry_body(request.method)) {
    request.body = std::string();  // It is not read, and would be kept while the handler waits.
  } else if (core_->settings.require_json && !request.body.empty() &&
             !request.headers.has_media_type("application/json")) {
    return fail(kUnsupportedMediaType, "send the body as application/json");
  }
  request.path_parameters = std::move(match.parameters);
  request.wants_bare_lists = core_->settings.bare_lists;
  request.is_http_1_0 = reader_->is_http_1_0();
  request.is_origin_allowed = core_->cors.admits(request.headers);
  if (core_->settings.optional_keys && request.method == Method::post &&
      !request.headers.find("Idempotency-Key")) {
    request.headers.add("Idempotency-Key", core_->keys->next().to_string());
  }
  return {};
}

Response Session::answer_without_route(const Request& request, const Router::Match& match) const {
  if (request.method == Method::options && request.path == "*") {
    return core_->cors.answer_options(request.headers, kMethods);
  }
  if (match.allowed.empty()) {
    return problem_response(Problem(kNotFound, "nothing is found under this path"),
                            trace_.request_id);
  }
  if (request.method == Method::options) {
    return core_->cors.answer_options(request.headers, match.allowed);
  }
  const std::string methods = allow_list(match.allowed);
  Response response = problem_response(
      Problem(kMethodNotAllowed, "this resource answers " + methods), trace_.request_id);
  response.headers.push_back({"Allow", methods});
  return response;
}

Task<Response> Session::answer(Request request) {
  access_ = AccessRecord();
  access_.method = request.method;
  access_.request_bytes = request.body.size();
  const Method method = request.method;
  const bool log_access = telemetry::is_logged(telemetry::Level::debug);
  const std::string path = log_access ? path_for_log(request.path) : std::string();
  std::optional<std::string> origin;
  if (const auto found = request.headers.find("Origin")) origin = *found;

  Router::Match match = core_->router.match(method, reader_->raw_path());
  if (match.route != nullptr) access_.route = match.route->pattern;
  Response response;
  std::optional<std::string> failure;
  quota_.reset();
  try {
    Result<void> admitted;
    if (match.route != nullptr && match.route->scope != Scope::open) {
      Authenticator& authenticator = *core_->partners.authenticator;
      std::optional<Caller> caller = authenticator.recall(request.headers);
      if (!caller) {
        Task<Caller> looking = authenticator.look_up(request.headers);
        caller = co_await std::move(looking);
      }
      admitted = admit(match.route->scope, *std::move(caller), request);
    }
    if (match.route != nullptr && admitted) admitted = prepare(match, request);
    if (match.route == nullptr) {
      response = answer_without_route(request, match);
    } else if (!admitted) {
      response = problem_response(admitted.error(), trace_.request_id);
      challenge(response, request.headers, match.route->scope);
    } else {
      Task<Result<Response>> task = match.route->handler(std::move(request));
      Result<Response> result = co_await std::move(task);
      response = response_of(std::move(result), trace_.request_id);
    }
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
    failure = "an exception of unknown type";
  }
  if (failure) {
    telemetry::log(telemetry::Level::error, trace_, "a request handler failed",
                   {{"error", *failure}});
    response = problem_response(Problem(kInternal, "the request could not be finished"),
                                trace_.request_id);
  }
  if (log_access) {
    telemetry::log(telemetry::Level::debug, trace_, "request answered",
                   {{"method", to_string(method)}, {"path", path}, {"status", response.status}});
  }
  if (quota_) show_quota(response, *quota_);
  report(method, match.route, response.status, access_.begun_at);
  core_->cors.decorate(response, origin);
  co_return response;
}

void Session::report(std::optional<Method> method, const Route* route, int status,
                     Instant since) const {
  if (core_->partners.observer == nullptr) return;
  const std::vector<Route>& routes = core_->router.routes();
  core_->partners.observer->on_answered(
      {.method = method,
       .route = route == nullptr ? std::string_view() : std::string_view(route->pattern),
       .route_index = route == nullptr ? kNoRoute : static_cast<std::size_t>(route - routes.data()),
       .status = status,
       .latency = std::chrono::steady_clock::now() - since});
}

Task<void> Session::hand_over(Response response) {
  const TakeOver taker = std::exchange(response.take_over, nullptr);
  reader_.reset();  // It may be long until the connection ends.
  out_ = std::string();
  const int status = response.status;
  enter(Phase::taken_over, std::chrono::milliseconds::zero());
  deadline_ = Instant::max();
  std::optional<std::string> failure;
  try {
    Task<void> task = taker(Stream(*this), std::move(response));
    co_await std::move(task);
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
    failure = "an exception of unknown type";
  }
  if (failure) {
    telemetry::log(telemetry::Level::error, trace_, "a connection that was taken over failed",
                   {{"error", *failure}});
  }
  if (core_->settings.log_access) log_access(trace_, access_, status, 0);
  co_await linger();
}

}  // namespace remit::net
