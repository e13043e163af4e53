#include "remit/payments/payment_view.hpp"

#include <gtest/gtest.h>

#include "remit/net/json.hpp"
#include "remit/net/query_reader.hpp"
#include "remit/payments/payment_machine.hpp"
#include "support/tenants.hpp"

namespace remit::payments {
namespace {

net::JsonValue shown(const Payment& payment) {
  return net::parse_json(payment_json(payment)).value();
}

std::string text(const net::JsonValue& object, const char* name) {
  return net::json_text(object.object()->at(name));
}

Payment unreadable(const engine::SagaPlan& plan) {
  Payment payment{.saga = engine::Saga(kTenant)};
  payment.saga.plan = &plan;
  payment.saga.status = "PROCESSING";
  payment.saga.amount.minor = 1'990;
  payment.saga.unreadable = "a leg's state is frozen";
  payment.saga.parked_reason = engine::kUnreadable;
  payment.plain = PlainColumns{.currency = "XAU",
                               .payout_currency = "XAG",
                               .provider = "default",
                               .submitted_at = Timestamp(std::chrono::seconds(1))};
  return payment;
}

TEST(PaymentView, ShowsAChargeThatCannotBeReadByItsColumns) {
  const net::JsonValue json = shown(unreadable(charge_plan()));
  EXPECT_EQ(text(json, "kind"), R"("charge")");
  EXPECT_EQ(text(json, "status"), R"("PROCESSING")");
  EXPECT_EQ(text(json, "amount"), "1990");
  EXPECT_EQ(text(json, "currency"), R"("XAU")");
  EXPECT_EQ(text(json, "processor"), R"("default")");
  EXPECT_EQ(text(json, "requested_at"), R"("1970-01-01T00:00:01.000Z")");
  EXPECT_EQ(text(json, "fee_amount"), "null");
  EXPECT_EQ(text(json, "error_code"), R"("UNREADABLE")");
  EXPECT_NE(text(json, "error_message"), "null");
  EXPECT_EQ(text(json, "attempts"), "[]");
}

TEST(PaymentView, ShowsAConversionThatCannotBeReadByItsColumns) {
  Payment payment = unreadable(conversion_plan());
  payment.conversion.emplace();
  payment.conversion->source_account = "alice";
  const net::JsonValue json = shown(payment);
  EXPECT_EQ(text(json, "source_account"), R"("alice")");
  EXPECT_EQ(text(json, "payout_currency"), R"("XAG")");
  EXPECT_EQ(text(json, "fee_currency"), R"("XAU")");
  EXPECT_EQ(text(json, "on_ramp_provider"), "null");
  EXPECT_EQ(text(json, "off_ramp_poll_count"), "null");
  EXPECT_EQ(text(json, "refund_tx_id"), "null");
}

/// Of what is stored nothing becomes longer than a control character does, which JSON writes with
/// six; around it there are the names of the members.
TEST(PaymentView, IsAtMostSixTimesWhatIsStoredAndFourKilobytes) {
  const std::string worst(100, '\x01');
  Payment payment{.saga = engine::Saga(kTenant)};
  engine::Saga& saga = payment.saga;
  saga.plan = &conversion_plan();
  saga.error_code = saga.error_message = worst;
  ConversionDetails details;
  details.source_account = details.destination_account = worst;
  details.external_id = worst;
  details.metadata = "{\"x\":[" + std::string(16'000, '1') + "]}";
  std::size_t stored = worst.size() * 5 + details.metadata.size();
  payment.conversion = details;
  saga.legs.resize(2);
  for (engine::Leg& leg : saga.legs) {
    leg.provider = leg.tx_id = worst;
    stored += worst.size() * 2;
    for (std::size_t i = 0; i < engine::kMaxKept; ++i) {
      leg.attempts.push_back({worst, {}, "unknown", {}, {}, worst});
      stored += worst.size() * 2 + 100;
    }
  }
  for (int i = 0; i < 20; ++i) {
    payment.history.push_back({"PENDING", "FAILED", worst, {}});
    stored += worst.size() + 40;
  }
  EXPECT_LE(payment_json(payment).size(), stored * 6 + 4'096);
  const std::vector<Payment> list(100, payment);
  EXPECT_LE(payments_page(list, 100).items.size(), kFullPage + stored * 6 + 4'096);
}

TEST(PaymentsJson, APageEndsWhenItIsFullAndTheNextBeginsBehindIt) {
  std::vector<Payment> all(100, Payment{.saga = engine::Saga(kTenant)});
  for (std::size_t i = 0; i < all.size(); ++i) {
    engine::Saga& saga = all[i].saga;
    saga.plan = &conversion_plan();
    saga.status = "PENDING";
    saga.legs.resize(saga.plan->legs.size());
    saga.id = Uuid(std::array<std::uint8_t, 16>{static_cast<std::uint8_t>(i)});
    all[i].conversion.emplace().metadata = '"' + std::string(16'000, 'x') + '"';
  }
  std::size_t seen = 0;
  for (std::span<const Payment> rest(all); !rest.empty(); rest = rest.subspan(seen)) {
    const net::Page page = payments_page({rest.begin(), rest.end()}, 100);
    EXPECT_LE(page.items.size(), kFullPage + 20'000);
    seen = net::parse_json(page.items).value().array()->size();
    ASSERT_GT(seen, 0U);
    const bool is_last = seen == rest.size();
    const engine::Saga& last = rest[seen - 1].saga;
    ASSERT_EQ(page.next.has_value(), !is_last);
    if (!is_last) EXPECT_EQ(to_text(*page.next), net::to_text({last.created_at, last.id}));
  }
}

}  // namespace
}  // namespace remit::payments
