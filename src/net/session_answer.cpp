// Which answer a whole request gets, and from whom.
#include <exception>
#include <utility>

#include "remit/net/problems.hpp"
#include "remit/telemetry/log.hpp"
#include "session.hpp"
#include "text.hpp"

namespace remit::net {
namespace {

const std::vector<Method> kEveryMethod = {Method::get,    Method::head,  Method::post,
                                          Method::put,    Method::patch, Method::delete_,
                                          Method::options};

bool is_json(std::optional<std::string_view> content_type) {
  if (!content_type) return false;
  return equal_without_case(trim(content_type->substr(0, content_type->find(';'))),
                            "application/json");
}

bool carries_body(const Request& request) {
  const bool may = request.method == Method::post || request.method == Method::put ||
                   request.method == Method::patch;
  return may && !request.body.empty();
}

Response refuse_method(const Router::Match& match, std::string_view request_id) {
  Response response = problem_response(
      Problem(kMethodNotAllowed, "this resource answers " + allow_list(match.allowed)), request_id);
  response.headers.push_back({"Allow", allow_list(match.allowed)});
  return response;
}

}  // namespace

Task<Response> Session::answer(Request request) {
  const std::string& request_id = trace_.request_id;
  Router::Match match = core_->router.match(request.method, reader_->raw_path());
  std::optional<std::string> origin;
  if (const auto found = request.headers.find("Origin")) origin = *found;

  Response response;
  if (match.route != nullptr) {
    if (core_->settings.require_json && carries_body(request) &&
        !is_json(request.headers.find("Content-Type"))) {
      const Problem problem(kUnsupportedMediaType, "send the body as application/json");
      response = problem_response(problem, request_id);
    } else {
      request.path_parameters = std::move(match.parameters);
      response = co_await call_handler(&match.route->handler, std::move(request));
    }
  } else if (request.method == Method::options && request.path == "*") {
    response = core_->cors.answer_options(request.headers, kEveryMethod);
  } else if (request.method == Method::options && !match.allowed.empty()) {
    response = core_->cors.answer_options(request.headers, match.allowed);
  } else if (match.allowed.empty()) {
    response = problem_response(Problem(kNotFound, "nothing is found under this path"), request_id);
  } else {
    response = refuse_method(match, request_id);
  }
  core_->cors.decorate(response, origin);
  co_return response;
}

Task<Response> Session::call_handler(const Handler* handler, Request request) {
  std::string failure;
  const bool log_access = telemetry::is_logged(telemetry::Level::debug);
  const Method method = request.method;
  std::string path = log_access ? request.path : std::string();
  try {
    Task<Response> task = (*handler)(std::move(request));
    Response response = co_await std::move(task);
    if (log_access) {
      telemetry::log(telemetry::Level::debug, trace_, "request answered",
                     {{"method", to_string(method)}, {"path", path}, {"status", response.status}});
    }
    co_return response;
  } catch (const std::exception& error) {
    failure = error.what();
  } catch (...) {
    failure = "an exception of unknown type";
  }
  telemetry::log(telemetry::Level::error, trace_, "a request handler failed", {{"error", failure}});
  co_return problem_response(Problem(kInternal, "the request could not be finished"),
                             trace_.request_id);
}

}  // namespace remit::net
