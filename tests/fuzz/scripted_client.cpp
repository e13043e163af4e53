#include "scripted_client.hpp"

#include <boost/asio/system_executor.hpp>
#include <stdexcept>
#include <utility>

#include "fuzz.hpp"
#include "response_reader.hpp"

namespace remit::fuzz {
namespace {

using net::Answer;
using net::CallError;
using net::CallResult;
using net::ResponseReader;

constexpr std::size_t kMaxResponse = 2'048;

CallResult failed(CallError::Kind kind, std::string detail) {
  CallError error;
  error.kind = kind;
  error.detail = std::move(detail);
  return std::unexpected(std::move(error));
}

/// As a call does, up to the end of the connection.
CallResult read(net::Method method, const Pieces& pieces) {
  ResponseReader reader(method, kMaxResponse);
  std::string pending;
  ResponseReader::State state = ResponseReader::State::need_more;
  for (const std::string_view piece : pieces) {
    pending += piece;
    std::size_t used = 0;
    state = reader.advance(pending, used);
    require(used <= pending.size(), "no more is used than there is");
    pending.erase(0, used);
    if (state != ResponseReader::State::need_more) break;
  }
  if (state == ResponseReader::State::need_more) state = reader.end_of_stream();
  if (state == ResponseReader::State::done) return reader.take();
  const bool is_garbage = state == ResponseReader::State::garbage;
  return failed(is_garbage ? CallError::Kind::garbage : CallError::Kind::broken, reader.fault());
}

std::string text_of(const CallResult& result) {
  // An error may be seen before the head has come to its end, or then; it is an error both times.
  if (!result) return "no answer";
  std::string text = std::to_string(result->status);
  for (const net::Header& header : result->headers.all()) {
    text += " [" + header.name + ": " + header.value + "]";
  }
  return text + " <" + result->body + ">";
}

}  // namespace

Script& script() {
  static Script current;
  return current;
}

std::unique_ptr<net::Client> scripted_client(std::vector<std::string> answers) {
  script() = {std::move(answers), {}};
  const SystemClock clock;
  return net::Client::make(boost::asio::system_executor(), {}, clock).value();
}

net::CallResult read_answer(net::Method method, const std::string& bytes) {
  CallResult whole = read(method, {bytes});
  for (const Pieces& pieces : cuttings(bytes)) {
    const std::string seen = text_of(read(method, bytes.empty() ? Pieces() : pieces));
    require(seen == text_of(whole), "an answer is the same in pieces as whole",
            seen + "\n  instead of\n  " + text_of(whole));
  }
  return whole;
}

}  // namespace remit::fuzz

namespace remit::net {

class Client::Impl {};

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Client::~Client() = default;

std::expected<std::unique_ptr<Client>, std::string> Client::make(Executor /*executor*/,
                                                                 ClientSettings /*settings*/,
                                                                 const Clock& /*clock*/) {
  return std::unique_ptr<Client>(new Client(std::make_shared<Impl>()));
}

Task<CallResult> Client::call(Call call) {
  fuzz::Script& script = fuzz::script();
  const Method method = call.method;
  const std::size_t index = script.calls.size();
  script.calls.push_back(std::move(call));
  if (index < script.answers.size()) co_return fuzz::read_answer(method, script.answers[index]);
  CallError error;
  error.kind = CallError::Kind::timed_out;
  error.detail = "no answer in time";
  co_return std::unexpected(std::move(error));
}

void Client::close() {}

std::size_t Client::connections_made() const { return 1; }

}  // namespace remit::net
