// Bytes of providers' answers → outcomes, rates, fees, health. Promises:
//   * what is read does not depend on where the bytes were cut;
//   * money has moved, or has not, only when an answer of the stated shape says so: a plain reader
//   of
//     the documents of another parser finds the members that docs/providers.md names;
//   * an answer that cannot be read is no answer: the outcome is unknown;
//   * texts of providers are short, and put into no request as they are.
//
// The first byte chooses who is asked what; answers to successive calls are parted by a record
// separator (0x1E).
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "plain_decimal.hpp"
#include "remit/providers/processor_client.hpp"
#include "remit/providers/ramp_client.hpp"
#include "remit/providers/rates_client.hpp"
#include "scripted_client.hpp"
#include "support/run_task.hpp"

namespace remit::fuzz {
namespace {

using nlohmann::json;
using providers::Operation;
using providers::OperationKind;
using providers::Outcome;
using Status = providers::Outcome::Status;

constexpr std::string_view kId = "4a7901b8-7d26-4d9d-aa19-4dc1c7cf60b3";
constexpr std::string_view kReference = "tr-1";

Operation operation_of(OperationKind kind, bool has_reference) {
  return {.kind = kind,
          .operation_id = Uuid::parse(kId).value(),
          .payment_id = Uuid::parse(kId).value(),
          .source = {1'990, Currency::BRL},
          .target = {350, Currency::USD},
          .account = "merchant456",
          .reference = has_reference ? std::string(kReference) : std::string(),
          .refund_of = kind == OperationKind::refund ? "tr-0" : "",
          .requested_at = Timestamp(std::chrono::hours(500'000))};
}

/// What the task returns. Nothing is waited for without a network, however slow the machine is.
template <class T>
T finish(Task<T> task) {
  boost::asio::io_context loop;
  const auto result = std::make_shared<std::optional<T>>();
  boost::asio::co_spawn(loop, test::keep(std::move(task), result), [](std::exception_ptr error) {
    require(error == nullptr, "nothing is thrown");
  });
  loop.poll();
  require(result->has_value(), "nothing is waited for");
  return **result;
}

/// The answers as they were read, for a look at them that is not the product's.
struct Heard {
  explicit Heard(const net::CallResult& result) {
    if (!result) return;
    status = result->status;
    body = result->body;
    const auto type = result->headers.find("Content-Type");
    is_problem_type = type && type->find("problem+json") != std::string_view::npos;
    document = json::parse(body, nullptr, false);
  }

  [[nodiscard]] std::string text(const char* name) const {
    const bool is_there =
        document.is_object() && document.contains(name) && document[name].is_string();
    return is_there ? document[name].get<std::string>() : std::string();
  }
  [[nodiscard]] bool is_problem() const {
    return is_problem_type && document.is_object() &&
           (!text("code").empty() || !text("type").empty());
  }
  /// The characters of a number may be any; so that no float is between, they are searched for.
  [[nodiscard]] bool has_amount(std::int64_t minor) const {
    const bool is_text = !text("amount").empty();
    const auto plain = plain_decimal(text("amount"));
    if (is_text) return plain && plain_scaled(*plain, 2) == std::to_string(minor);
    return document.is_object() && document.contains("amount") && document["amount"].is_number() &&
           document["amount"].get<double>() * 100 > static_cast<double>(minor) - 0.5 &&
           document["amount"].get<double>() * 100 < static_cast<double>(minor) + 0.5;
  }
  [[nodiscard]] bool is_ours(const char* name) const {
    const auto id = Uuid::parse(text(name));
    return id && id->to_string() == kId;
  }

  int status = 0;
  std::string body;
  bool is_problem_type = false;
  json document;
};

std::vector<Heard> heard() {
  std::vector<Heard> all;
  for (std::size_t i = 0; i < script().calls.size(); ++i) {
    const bool is_answered = i < script().answers.size();
    net::CallError none;
    all.emplace_back(is_answered ? read_answer(script().calls[i].method, script().answers[i])
                                 : net::CallResult(std::unexpected(none)));
  }
  return all;
}

void check_calls() {
  require(!script().calls.empty(), "a call was made");
  for (const net::Call& call : script().calls) {
    require(call.target.starts_with('/'), "a target is a path", call.target);
    for (const char c : call.target) require(c > ' ' && c <= '~', "without odd bytes", call.target);
    require(call.body.empty() || json::accept(call.body), "a body is JSON", call.body);
  }
}

void check_texts(const Outcome& outcome) {
  for (const std::string& text : {outcome.error, outcome.tx_id}) {
    require(text.size() <= 300 && is_utf8(text), "a text of a provider is short", text);
  }
  require(outcome.reference.size() <= 200, "a reference can be part of a URL", outcome.reference);
}

/// Whether the answer to GET /payments/{id} says that our charge is on record.
bool says_recorded(const Heard& answer) {
  return answer.status == 200 && answer.is_ours("correlationId") && answer.has_amount(1'990);
}

void check_charge(const Outcome& outcome, bool is_query) {
  const std::vector<Heard> answers = heard();
  const Heard& first = answers.front();
  const Heard& last = answers.back();
  switch (outcome.status) {
    case Status::settled:
      if (is_query || first.status == 422) {
        require(says_recorded(last), "settled, because it is on record", last.body);
      } else {
        require(first.status == 200 && first.document.is_object() &&
                    first.document.contains("message") && first.document["message"].is_string(),
                "settled, because it says so", first.body);
      }
      break;
    case Status::differs:
      require(last.status == 200 && last.is_ours("correlationId"), "ours, but different",
              last.body);
      break;
    case Status::rejected:
      require(!is_query && first.status == 429, "a processor refuses by 429 alone", first.body);
      break;
    case Status::not_found:
      require(is_query && last.status == 404 && last.body.empty(), "an empty 404", last.body);
      break;
    case Status::unknown:
      break;
    default:
      require(false, "a charge has no other outcome");
  }
}

bool says(const Heard& answer, const Operation& operation, const char* status) {
  const std::string reference = answer.text("transfer_id");
  return (answer.status == 200 || answer.status == 202) && answer.is_ours("operation_id") &&
         !reference.empty() && answer.text("status") == status &&
         (operation.reference.empty() || script().calls.size() > 1 ||
          operation.reference == reference);
}

void check_transfer(const Outcome& outcome, const Operation& operation, bool is_query) {
  const std::vector<Heard> answers = heard();
  const Heard& last = answers.back();
  switch (outcome.status) {
    case Status::settled:
      require(says(last, operation, "SETTLED"), "settled, because it says so", last.body);
      break;
    case Status::pending:
      require(says(last, operation, "PENDING"), "pending, because it says so", last.body);
      break;
    case Status::failed:
      require(says(last, operation, "FAILED"), "failed, because it says so", last.body);
      break;
    case Status::rejected:
      require(!is_query && last.status >= 400 && last.status < 500 && last.is_problem(),
              "refused in the provider's own words", last.body);
      for (const int status : {401, 403, 404, 405, 407, 408, 409, 413, 425}) {
        require(last.status != status, "and not about the exchange", last.body);
      }
      break;
    case Status::not_found:
      require(is_query && last.status == 404 && last.is_problem(), "a 404 in its words", last.body);
      require(operation.reference.empty() || script().calls.size() == 2, "asked by our own id");
      break;
    case Status::unknown:
      break;
    case Status::differs:
      require(false, "a transfer has no other amount");
  }
}

void ask_processor(bool is_query, std::vector<std::string> answers) {
  providers::ProcessorClient client(scripted_client(std::move(answers)));
  const Operation operation = operation_of(OperationKind::charge, false);
  const Outcome outcome =
      finish(is_query ? client.query(operation, {}) : client.submit(operation, {}));
  check_texts(outcome);
  check_charge(outcome, is_query);
}

void ask_ramp(OperationKind kind, bool is_query, bool has_reference,
              std::vector<std::string> answers) {
  providers::RampClient client(scripted_client(std::move(answers)));
  const Operation operation = operation_of(kind, has_reference);
  const Outcome outcome =
      finish(is_query ? client.query(operation, {}) : client.submit(operation, {}));
  check_texts(outcome);
  check_transfer(outcome, operation, is_query);
}

void ask_for_fees(std::vector<std::string> answers) {
  providers::RampClient client(scripted_client(std::move(answers)));
  const auto fees = finish(client.fees({}));
  if (!fees) return;
  const Heard answer = heard().front();
  require(answer.status == 200 && !answer.text("currency").empty(), "fees are stated", answer.body);
  require(fees->percent_scaled >= 0 && fees->percent_scaled <= 10'000'000'000, "at most all of it");
  const auto fee = fee_of(*fees, {kMaxAmount, Currency::USD});
  require(fee.has_value(), "fees of every amount can be calculated", answer.body);
}

void ask_for_a_rate(std::vector<std::string> answers) {
  providers::RatesClient client("one", scripted_client(std::move(answers)),
                                std::chrono::seconds(1));
  const auto reading = finish(client.read(Currency::USD, Currency::EUR, std::chrono::seconds(1)));
  if (!reading) return;
  const Heard answer = heard().front();
  require(answer.status == 200 && answer.text("from").size() == 3 && answer.text("to").size() == 3,
          "it is the rate asked for", answer.body);
  require(reading->rate.scaled() > 0, "a rate is above zero", answer.body);
  require(parse_timestamp(answer.text("as_of")) == reading->as_of, "with its time", answer.body);
}

void ask_for_health(std::vector<std::string> answers) {
  using Kind = HealthAnswer::Kind;
  providers::ProcessorClient client(scripted_client(std::move(answers)));
  const HealthAnswer health = finish(client.health({}));
  require(health.kind == Kind::report || !health.detail.empty(), "what is no report says why");
  if (health.kind != Kind::report) return;
  const Heard answer = heard().front();
  require(answer.status == 200 && answer.document["failing"].is_boolean() &&
              answer.document["failing"].get<bool>() == health.report.failing,
          "a report says it", answer.body);
}

void ask(unsigned choice, std::vector<std::string> answers) {
  switch (choice % 10) {
    case 0:
      return ask_processor(false, std::move(answers));
    case 1:
      return ask_processor(true, std::move(answers));
    case 2:
      return ask_ramp(OperationKind::onramp, false, false, std::move(answers));
    case 3:
      return ask_ramp(OperationKind::offramp, true, false, std::move(answers));
    case 4:
      return ask_ramp(OperationKind::offramp, true, true, std::move(answers));
    case 5:
      return ask_ramp(OperationKind::refund, false, false, std::move(answers));
    case 6:
      return ask_ramp(OperationKind::refund, true, true, std::move(answers));
    case 7:
      return ask_for_fees(std::move(answers));
    case 8:
      return ask_for_a_rate(std::move(answers));
    default:
      return ask_for_health(std::move(answers));
  }
}

}  // namespace
}  // namespace remit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remit::fuzz;
  if (size == 0) return 0;
  constexpr char kSeparator = '\x1E';
  ask(data[0] - static_cast<unsigned>('0'), split(text_of(data + 1, size - 1), kSeparator));
  check_calls();
  return 0;
}
