#include "remit/payments/payment_service.hpp"

#include <utility>

#include "acceptance.hpp"
#include "remit/payments/charge_operations.hpp"
#include "remit/payments/conversion_operations.hpp"
#include "remit/payments/payment_operations.hpp"
#include "remit/storage/database.hpp"

namespace remit::payments {

PaymentService::PaymentService(Parts parts)
    : parts_(std::move(parts)),
      commands_({.database = parts_.database,
                 .ids = parts_.ids,
                 .clock = parts_.clock,
                 .admissions = {&parts_.charges, &parts_.conversions}}) {}

Task<Result<idempotency::Answer>> PaymentService::charge(ChargeRequest request) {
  std::optional<engine::Admitted> admitted = parts_.charges.try_admit(new_saga(request).saga);
  if (admitted) request.first = admitted->first();
  const Bucket bucket = AcceptCharge::bucket_of(request);
  const TenantId tenant = request.tenant;
  Result<ChargeAcceptance> accepted =
      co_await parts_.database.run<AcceptCharge>(std::move(request));
  if (accepted && accepted->begun) {
    parts_.charges.run(std::move(*admitted), *accepted->begun);
  } else if (accepted && !accepted->answer.replayed) {
    parts_.charges.wake(bucket, tenant);
  }
  if (!accepted) co_return fail(std::move(accepted.error()));
  if (accepted->answer.replayed) ++replays_.charges;
  co_return std::move(accepted->answer);
}

Task<Result<idempotency::Answer>> PaymentService::convert(ConversionRequest wanted) {
  NewConversion conversion(std::move(wanted));
  const ConversionRequest& request = conversion.request;
  // Beside its key, so that one statement finds both.
  const Bucket bucket = request.claim.tenant.bucket_of(request.claim.key);
  const TenantId tenant = request.claim.tenant;
  conversion.payment_id = make_id(parts_.ids.next(), bucket);
  conversion.onramp_operation = parts_.ids.next();
  conversion.offramp_operation = parts_.ids.next();
  if (!request.quote_id || request.too_late) {
    // A repeated request is answered even when it could not be carried out now: for want of a rate
    // or a provider, or because its time is past.
    idempotency::Claim claim = request.claim;
    Result<std::optional<idempotency::Answer>> earlier =
        co_await parts_.database.run<FindAnswer>(std::move(claim));
    if (!earlier) co_return fail(earlier.error());
    if (*earlier) {
      ++replays_.conversions;
      co_return std::move(**earlier);
    }
  }
  if (request.too_late) co_return fail(*request.too_late);
  if (!request.quote_id) {
    const quotes::QuoteRequest terms{
        request.amount, request.destination_currency.value_or(request.amount.currency)};
    Result<quotes::Quote> quote = co_await parts_.quotes.make(request.claim.tenant, terms);
    if (quote) {
      conversion.own_quote = std::move(*quote);
    } else if (is_kept(quote.error())) {
      conversion.refusal = std::move(quote.error());
    } else {
      co_return fail(quote.error());
    }
  }
  Result<idempotency::Answer> answer =
      co_await parts_.database.run<AcceptConversion>(std::move(conversion));
  if (answer && answer->replayed) ++replays_.conversions;
  const bool is_new = answer && !answer->replayed && !answer->resource_id.empty();
  if (is_new) parts_.conversions.wake(bucket, tenant);
  co_return answer;
}

Task<Result<Payment>> PaymentService::get(Tenant tenant, Uuid payment_id) {
  const FindPayment::Input key{tenant, payment_id};
  Result<std::optional<Payment>> found = co_await parts_.database.run<FindPayment>(key);
  if (!found) co_return fail(found.error());
  if (!*found) co_return fail(kPaymentNotFound, "there is no payment " + payment_id.to_string());
  co_return std::move(**found);
}

Task<Result<PaymentRouting>> PaymentService::routing(Tenant tenant, Uuid payment_id) {
  Result<Payment> payment = co_await get(tenant, payment_id);
  if (!payment) co_return fail(payment.error());
  const Timestamp now = parts_.clock.now();
  const engine::Admission& kind = payment->conversion ? parts_.conversions : parts_.charges;
  std::optional<engine::Outlook> outlook = engine::outlook(
      payment->saga, parts_.book, now, parts_.policy, kind.is_at_its_bound(tenant.id()));
  if (outlook && payment->conversion && payment->conversion->execute_at > now) {
    outlook->waiting_for = "its time, " + to_rfc3339(*payment->conversion->execute_at);
  }
  co_return PaymentRouting{std::move(*payment), std::move(outlook)};
}

Task<Result<std::vector<Payment>>> PaymentService::list(ListRequest request) {
  return parts_.database.run<ListPayments>(std::move(request));
}

Task<Result<Summary>> PaymentService::summarise(SummaryRequest request) {
  return parts_.database.run<SummariseCharges>(std::move(request));
}

Task<Result<Payment>> PaymentService::cancel(Tenant tenant, Uuid payment_id) {
  return carry_out(engine::Command::cancel, tenant, payment_id);
}

Task<Result<Payment>> PaymentService::retry(Tenant tenant, Uuid payment_id) {
  return carry_out(engine::Command::retry, tenant, payment_id);
}

Task<Result<Payment>> PaymentService::carry_out(engine::Command command, Tenant tenant,
                                                Uuid payment_id) {
  engine::Commands::Load load = [this, tenant, payment_id] { return saga_of(tenant, payment_id); };
  const Result<void> done = co_await commands_.carry_out(command, std::move(load));
  if (!done) co_return fail(done.error());
  Result<Payment> after = co_await get(tenant, payment_id);
  co_return after;
}

Task<Result<engine::Saga>> PaymentService::saga_of(Tenant tenant, Uuid payment_id) {
  Result<Payment> payment = co_await get(tenant, payment_id);
  if (!payment) co_return fail(payment.error());
  co_return std::move(payment->saga);
}

Task<Result<std::int64_t>> PaymentService::purge_charges(Tenant tenant) {
  // Before, so that little is begun meanwhile; after, since some came in between. Other instances
  // see that there was a purge when they next look for work.
  parts_.charges.reconsider();
  PurgeCharges::Input purge{tenant, parts_.ids.next(), parts_.clock.now()};
  Result<std::int64_t> purged = co_await parts_.database.run<PurgeCharges>(std::move(purge));
  parts_.charges.reconsider();
  co_return purged;
}

}  // namespace remit::payments
