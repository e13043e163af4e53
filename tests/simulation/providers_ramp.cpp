// Onramps and offramps, and the rules across all providers.
#include <algorithm>
#include <utility>

#include "simulation/providers.hpp"

namespace remit::simulation {
namespace {

using providers::OperationKind;
using Status = providers::Outcome::Status;
using std::chrono::seconds;

constexpr std::string_view kNamesNoTransfers = "onramp-b";

}  // namespace

bool SimRamp::has(const Uuid& payment_id, OperationKind kind) const {
  const auto [first, last] = by_payment_.equal_range(payment_id);
  return std::any_of(first, last, [this, kind](const auto& entry) {
    const Transfer& transfer = book_.at(entry.second);
    return transfer.kind == kind && transfer.status != Status::failed;
  });
}

std::vector<const Transfer*> SimRamp::transfers_of(const Uuid& payment_id) const {
  std::vector<const Transfer*> found;
  const auto [first, last] = by_payment_.equal_range(payment_id);
  for (auto one = first; one != last; ++one) found.push_back(&book_.at(one->second));
  return found;
}

void SimRamp::heal(Duration within) {
  for (auto& [id, transfer] : book_) {
    transfer.settles_at = std::min(transfer.settles_at, parts_.schedule.now() + within);
  }
}

std::string SimRamp::reference_of(const Transfer& transfer) const {
  return parts_.config.name == kNamesNoTransfers ? std::string() : transfer.id;
}

std::string SimRamp::original_of(const providers::Operation& refund) const {
  if (!refund.refund_of.empty()) return refund.refund_of;
  const auto found = by_operation_.find(refund.original_operation);
  return found == by_operation_.end() ? std::string() : found->second;
}

Response SimRamp::show(const Transfer& transfer, int status) const {
  Response response{
      .status = status, .transfer = transfer.status, .reference = reference_of(transfer)};
  if (transfer.status == Status::settled) response.tx_id = "tx_" + transfer.id;
  return response;
}

Response SimRamp::refuse_refund(const std::string& original) const {
  const auto found = book_.find(original);
  if (found == book_.end()) return Response{.status = 404};
  const auto is_other_refund = [&original](const auto& entry) {
    const Transfer& transfer = entry.second;
    return transfer.refund_of == original && transfer.status != Status::failed;
  };
  const bool is_refunded = std::ranges::any_of(book_, is_other_refund);
  if (found->second.status != Status::settled || is_refunded) return Response{.status = 409};
  return Response{.status = 0};
}

Response SimRamp::take(const Request& request) {
  const providers::Operation& operation = request.operation;
  const std::uint64_t subject = subject_of(operation.payment_id);
  const bool is_refund = operation.kind == OperationKind::refund;
  const std::string original = is_refund ? original_of(operation) : std::string();
  if (const auto known = by_operation_.find(operation.operation_id); known != by_operation_.end()) {
    Transfer& transfer = book_.at(known->second);
    parts_.log.note(EventKind::submission_repeated, who(), subject);
    const bool is_same =
        transfer.kind == operation.kind && transfer.refund_of == original &&
        (is_refund || (transfer.source == operation.source && transfer.target == operation.target &&
                       transfer.account == operation.account));
    if (!is_same) {
      parts_.log.violation("one operation id was sent with two contents", subject);
      return Response{.status = 422};
    }
    return show(transfer, 200);
  }
  if (is_refund) {
    if (const Response refusal = refuse_refund(original); refusal.status != 0) return refusal;
  }
  Transfer transfer{.id = parts_.config.name + "-" + std::to_string(book_.size() + 1),
                    .operation_id = operation.operation_id,
                    .payment_id = operation.payment_id,
                    .kind = operation.kind,
                    .source = operation.source,
                    .target = operation.target,
                    .account = operation.account,
                    .refund_of = original};
  Random& random = parts_.random;
  transfer.polls_left = random.between(1, 3);
  const bool slow = random.chance(weather.settlement_slow);
  transfer.settles_at =
      parts_.schedule.now() + random.between(Duration{0}, slow ? seconds(600) : seconds(8));
  transfer.will_fail = random.chance(weather.settlement_fails);
  transfer.hidden_until = draw_hidden_until(request);
  parts_.log.note(EventKind::submission_taken, who(), subject, to_string(operation.kind),
                  operation.source.minor);
  const Response response = show(transfer, 202);
  by_operation_.emplace(transfer.operation_id, transfer.id);
  by_payment_.emplace(transfer.payment_id, transfer.id);
  book_.emplace(transfer.id, std::move(transfer));
  if (on_moment) on_moment(request);
  return response;
}

void SimRamp::progress(Transfer& transfer) {
  if (transfer.status != Status::pending) return;
  --transfer.polls_left;
  if (transfer.polls_left > 0 || parts_.schedule.now() < transfer.settles_at) return;
  transfer.status = transfer.will_fail ? Status::failed : Status::settled;
  if (transfer.will_fail) parts_.log.fault(Fault::settlement_failed);
  parts_.log.note(EventKind::transfer_ended, who(), subject_of(transfer.payment_id),
                  to_string(transfer.kind), transfer.will_fail ? -1 : 1);
}

Response SimRamp::look_up(const Request& request) {
  std::string id = request.operation.reference;
  if (request.type == Request::Type::ask_operation) {
    const auto found = by_operation_.find(request.operation.operation_id);
    id = found == by_operation_.end() ? std::string() : found->second;
  }
  const auto found = book_.find(id);
  if (found == book_.end() || parts_.schedule.now() < found->second.hidden_until) {
    return Response{.status = 404};
  }
  progress(found->second);
  return show(found->second, 200);
}

ProviderWorld::ProviderWorld(Schedule& schedule, RunLog& log, Random random,
                             const std::vector<config::ProviderConfig>& configs)
    : schedule_(schedule), log_(log) {
  for (const config::ProviderConfig& config : configs) {
    const auto who = static_cast<Who>(kFirstProvider + all_.size());
    SimProvider::Parts parts{schedule, log, random.fork(), config, who};
    if (config.kind == ProviderKind::processor) {
      all_.push_back(std::make_unique<SimProcessor>(std::move(parts)));
    } else {
      all_.push_back(std::make_unique<SimRamp>(std::move(parts)));
    }
  }
}

SimProvider* ProviderWorld::find(ProviderKind kind, std::string_view name) const {
  for (const auto& one : all_) {
    if (one->config().kind == kind && one->config().name == name) return one.get();
  }
  return nullptr;
}

std::int64_t ProviderWorld::begin_work(const Uuid& payment_id, Duration until) {
  Work& work = work_[payment_id];
  if (work.number != 0 && schedule_.now() < work.until) {
    log_.violation("two work on one payment at once, under leases that have not ended",
                   subject_of(payment_id));
  }
  work = {.number = ++last_work_, .until = until};
  return work.number;
}

void ProviderWorld::end_work(const Uuid& payment_id, std::int64_t number) {
  const auto found = work_.find(payment_id);
  if (found != work_.end() && found->second.number == number) work_.erase(found);
}

void ProviderWorld::check_submission(const SimProvider& to, const Request& request) {
  const Uuid& payment = request.operation.payment_id;
  const OperationKind kind = request.operation.kind;
  const auto is_at = [&payment](const SimProvider& provider, OperationKind what) {
    return provider.has(payment, what) || provider.is_expected(payment, what);
  };
  for (const auto& other : all_) {
    const std::string names = " (" + other->config().name + ", " + to.config().name + ")";
    if (other.get() != &to && is_at(*other, kind)) {
      log_.violation(
          "a leg was sent to a provider while another has it or may still get it" + names,
          subject_of(payment));
    }
    if (kind == OperationKind::refund && is_at(*other, OperationKind::offramp)) {
      log_.violation("a refund was sent while the offramp has, or may still get, its leg" + names,
                     subject_of(payment));
    }
    if (kind == OperationKind::offramp && is_at(*other, OperationKind::refund)) {
      log_.violation("an offramp was sent although the onramp is being given back" + names,
                     subject_of(payment));
    }
  }
}

}  // namespace remit::simulation
