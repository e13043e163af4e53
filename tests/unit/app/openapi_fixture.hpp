// The real routes over a database that answers at once, and the document that describes them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fake_books.hpp"
#include "fake_wallets.hpp"
#include "remit/app/routes.hpp"
#include "remit/auth/key_operations.hpp"
#include "remit/base/base64.hpp"
#include "remit/engine/saga_operations.hpp"
#include "remit/outbox/event_operations.hpp"
#include "remit/payments/charge_operations.hpp"
#include "remit/payments/conversion_operations.hpp"
#include "remit/payments/payment_machine.hpp"
#include "remit/payments/payment_operations.hpp"
#include "support/caller.hpp"
#include "unit/quotes/quote_fixture.hpp"

namespace remit::app::test {

using nlohmann::json;

/// Shows the same payments whatever is asked for; refuses everything while `refusal` is set.
class FakePayments {
 public:
  explicit FakePayments(remit::test::FakeDatabase& database) {
    using namespace payments;
    answer<AcceptCharge>(database, [](const ChargeRequest& request) {
      return ChargeAcceptance{accepted(request.correlation_id, request.now), std::nullopt};
    });
    answer<AcceptConversion>(database, [](const NewConversion& made) {
      return accepted(made.payment_id, made.request.claim.now);
    });
    answer<FindAnswer>(database, [](const auto&) { return std::nullopt; });
    answer<FindPayment>(database, [this](const auto&) { return shown; });
    answer<ListPayments>(database, [this](const auto&) { return listed; });
    answer<SummariseCharges>(
        database, [](const auto&) { return Summary{{"default", {2, 3980}}, {"fallback", {}}}; });
    answer<PurgeCharges>(database, [](const auto&) { return std::int64_t{2}; });
    answer<engine::SaveStep>(database, [](const auto&) { return engine::Saved::saved; });
  }

  std::optional<payments::Payment> shown;
  std::vector<payments::Payment> listed;
  std::optional<Problem> refusal;

 private:
  template <class Operation, class Make>
  void answer(remit::test::FakeDatabase& database, Make make) {
    database.on<Operation>([this, make](const typename Operation::Input& input) {
      using Output = Result<typename Operation::Output>;
      return refusal ? Output(fail(*refusal)) : Output(make(input));
    });
  }
  static idempotency::Answer accepted(Uuid id, Timestamp now) {
    return {.status = 202,
            .body = R"({"payment_id":")" + id.to_string() +
                    R"(","status":"PENDING","message":"accepted","created_at":")" +
                    to_rfc3339(now) + R"("})",
            .resource_id = id.to_string(),
            .location = "/payments/" + id.to_string()};
  }
};

/// Has one key, whatever is asked for.
class FakeKeys {
 public:
  explicit FakeKeys(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace auth;
    const auto make = [now](const auto& input) {
      ApiKey key;
      key.id = input.id;
      key.name = "shop";
      key.scopes = {net::Scope::payments_read, net::Scope::admin};
      key.created_at = now;
      return Result<ApiKey>(key);
    };
    database.on<InsertKey>(make);
    database.on<RotateKey>(make);
    database.on<RevokeKey>([make, now](const RevokeKey::Input& input) {
      ApiKey key = *make(input);
      key.revoked_at = now;
      return Result<std::optional<ApiKey>>(key);
    });
    database.on<ListKeys>([make](const ListKeys::Input& input) {
      const RevokeKey::Input named{.tenant = {}, .by = {}, .id = Uuid()};
      return Result<std::vector<ApiKey>>(
          std::vector<ApiKey>(static_cast<std::size_t>(input.limit), *make(named)));
    });
  }
};

/// Has one endpoint, whatever is asked for.
class FakeEndpoints {
 public:
  explicit FakeEndpoints(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace webhooks;
    Endpoint shop;
    shop.url = "https://shop.example/hooks/remit";
    shop.events = {"payment.*"};
    shop.header_names = {"X-Shop"};
    shop.max_per_second = 5;
    shop.created_at = shop.updated_at = now;
    Endpoint other = shop;
    other.signature = KeyKind::pair;
    other.public_key = other.previous_public_key = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTI=";
    other.previous_until = now;
    other.disabled_reason = "gone";
    other.max_per_second = 0;
    const auto any = [shop](const auto&) { return Result<std::optional<Endpoint>>(shop); };
    database.on<InsertEndpoint>([shop](const auto&) { return Result<Endpoint>(shop); });
    database.on<FindEndpoint>(any);
    database.on<ChangeEndpoint>(any);
    database.on<RotateSecret>(any);
    // With a secret that does not matter, since such an address is not sent to.
    database.on<FindDestination>([](const FindDestination::Input& which) {
      const KeyRing keys = KeyRing::parse(base64_encode(std::string(32, 'k'))).value();
      const std::string owner =
          std::to_string(which.tenant.id().value()) + "/" + which.id.to_string() + "/secret";
      SealedDestination found;
      found.url = "https://127.0.0.1/";
      found.secrets = {keys.seal(to_text(make_signing_key(KeyKind::shared)), owner)};
      return Result<std::optional<SealedDestination>>(found);
    });
    database.on<DeleteEndpoint>([](const auto&) { return Result<bool>(true); });
    database.on<ListEndpoints>(
        [=](const auto&) { return Result<std::vector<Endpoint>>({shop, other}); });
  }
};

/// Has two deliveries, whatever is asked for.
class FakeDeliveries {
 public:
  explicit FakeDeliveries(remit::test::FakeDatabase& database, Timestamp now) {
    using namespace webhooks;
    Delivery pending;
    pending.sequence = 2;
    pending.event_type = "payment.completed";
    pending.due_at = pending.created_at = pending.updated_at = now;
    Delivery dead = pending;
    dead.sequence = 1;
    dead.state = DeliveryState::dead_lettered;
    dead.attempts = 10;
    dead.due_at.reset();
    dead.last_attempt_at = now;
    dead.last_status = 503;
    dead.answer = "busy";
    database.on<ListDeliveries>([=](const auto&) {
      return Result<std::optional<std::vector<Delivery>>>(std::vector<Delivery>{pending, dead});
    });
    database.on<FindDelivery>(
        [dead](const auto&) { return Result<std::optional<Delivery>>(dead); });
    database.on<RedeliverEvent>(
        [pending](const auto&) { return Result<std::optional<Delivery>>(pending); });
    database.on<ReplayEvents>([](const ReplayEvents::Input& input) {
      return Result<ReplayEvents::Output>({.begun = 2, .seen = input.after + 2});
    });
  }
};

/// Admits nobody.
class FakeAdmission final : public engine::Admission {
 public:
  std::optional<engine::Admitted> try_admit(engine::Saga) override { return std::nullopt; }
  void run(engine::Admitted, engine::Stored) override {}
  void reconsider() override {}
  void wake(Bucket /*bucket*/, TenantId /*tenant*/) override {}
  [[nodiscard]] bool is_at_its_bound(TenantId /*tenant*/) const override { return false; }
};

class OpenApiFixture : public quotes::test::QuoteFixture {
 protected:
  OpenApiFixture() {
    database_.on<outbox::ReadEvents>([](const outbox::ReadEvents::Input& wanted) {
      if (wanted.after > 0) return Result<std::vector<outbox::Event>>(std::in_place);
      outbox::Event event(remit::kTenant);
      event.type = "payment.completed";
      event.resource = "/payments/1";
      event.sequence = 1;
      event.data = event.changes = "{}";
      return Result<std::vector<outbox::Event>>({event});
    });
    database_.on<outbox::FindLastEvents>(
        [](const auto&) { return Result<std::map<TenantId, std::int64_t>>({}); });
    for (std::size_t kind = 0; kind < storage::kLaneKinds; ++kind) {
      stopped_.lanes(static_cast<storage::LaneKind>(kind)).stop();
    }
  }

  app::Readiness readiness_;

  net::Router make_router() {
    return app::make_router({.database = stopped_,
                             .quotes = service_,
                             .payments = payments_,
                             .events = {.service = events_,
                                        .live = live_,
                                        .acceptor = net::WebSocketAcceptor({}, clock_, alarms_)},
                             .wallets = wallets_,
                             .books = books_,
                             .receipts = receipts_,
                             .receipt_settings = {},
                             .findings = findings_,
                             .webhooks = endpoints_,
                             .webhook_trials = trials_,
                             .webhook_deliveries = deliveries_,
                             .keys = &keys_,
                             .clock = clock_,
                             .readiness = readiness_,
                             .metrics = [] { return std::string("# TYPE remit_lanes gauge\n"); }},
                            {.allow_purge = true});
  }

  net::Response ask(net::Method method, const std::string& path, net::Headers headers = {},
                    std::string body = "") {
    const auto match = router_.match(method, path);
    if (match.route == nullptr) throw std::runtime_error("no route for " + path);
    net::Request request = test_request();
    request.method = method;
    request.path = path;
    request.path_parameters = match.parameters;
    request.headers = std::move(headers);
    request.body = std::move(body);
    request.trace.request_id = "request-7";
    Result<net::Response> answer = run(match.route->handler(std::move(request)));
    return net::response_of(std::move(answer), "request-7");
  }

  quotes::Quote make_quote() {
    const Money amount{100'000, Currency::USD};
    auto quote = run(service_.make(kTenant, {.amount = amount, .to = Currency::EUR}));
    return std::move(quote.value());
  }

  /// On its way to the bank, or waiting to begin.
  payments::Payment make_conversion(bool has_begun) {
    const quotes::Quote quote = make_quote();
    payments::Payment payment{.saga = engine::Saga(kTenant)};
    engine::Saga& saga = payment.saga;
    saga.id = ids_.next();
    saga.plan = &payments::conversion_plan();
    saga.amount = quote.amount;
    saga.legs = payments::conversion_legs(quote, "alice", "bob", ids_.next(), ids_.next());
    saga.created_at = saga.updated_at = clock_.now();
    payment.conversion = payments::ConversionDetails{.source_account = "alice",
                                                     .destination_account = "bob",
                                                     .quote_id = ids_.next(),
                                                     .rate = quote.rate,
                                                     .payout = quote.guaranteed_payout,
                                                     .platform_fee = quote.fees.platform,
                                                     .onramp_fee = quote.fees.onramp,
                                                     .offramp_fee = quote.fees.offramp,
                                                     .execute_at = std::nullopt,
                                                     .external_id = {},
                                                     .metadata = R"({"basket":1})"};
    if (has_begun) begin(payment, "ONRAMP_PENDING", quote.onramp);
    return payment;
  }

  payments::Payment make_failed_charge() {
    payments::Payment payment{.saga = engine::Saga(kTenant)};
    engine::Saga& saga = payment.saga;
    saga.id = ids_.next();
    saga.plan = &payments::charge_plan();
    saga.amount = {1990, Currency::BRL};
    saga.legs = saga.plan->initial_legs(saga);
    saga.created_at = saga.updated_at = clock_.now();
    begin(payment, "PROCESSING", "default");
    saga.legs.front().state = engine::LegState::failed;
    saga.status = engine::kFailed;
    saga.error_code = "CHARGE_REJECTED";
    saga.error_message = "it was refused";
    saga.processed_at = clock_.now();
    return payment;
  }

  void begin(payments::Payment& payment, const std::string& status, const std::string& provider) {
    engine::Leg& leg = payment.saga.legs.front();
    leg.state = engine::LegState::polling;
    leg.provider = provider;
    leg.requested_at = clock_.now();
    leg.attempts.push_back({provider, leg.operation_id, "pending", clock_.now(), {}, ""});
    leg.decisions.push_back(
        {clock_.now(), provider, {{provider, "chosen", 7}, {"other", "circuit_open", {}}}});
    payment.saga.status = status;
    payment.history.push_back({"PENDING", status, "begun", clock_.now()});
  }

  FakePayments payment_store_{database_};
  FakeAdmission admission_;
  static storage::LaneSettings nowhere() { return {.name = "stopped", .url = "host=/nowhere"}; }
  storage::PostgresDatabase stopped_{context_.get_executor(),
                                     {nowhere(), nowhere(), nowhere(), nowhere(), nowhere()}};
  payments::PaymentService payments_{
      {database_, service_, ids_, clock_, admission_, admission_, book_, {}}};
  FakeKeys key_store_{database_, clock_.now()};
  auth::KeyService keys_{database_, ids_};
  jobs::Context jobs_{context_.get_executor(), alarms_, clock_};
  events::Feed feed_{jobs_, {.database = database_, .is_told = [] { return false; }}};
  events::EventService events_{database_, feed_, clock_};
  events::LiveEvents live_{jobs_, events_, feed_};
  FakeWallets wallet_store_{database_, clock_.now()};
  wallets::Settler settler_{jobs_, {database_, clock_}};
  wallets::WalletService wallets_{database_, ids_, jobs_, settler_};
  FakeBooks book_store_{database_, clock_.now()};
  books::BookService books_{database_};
  books::ReceiptService receipts_{database_};
  reconciliation::FindingService findings_{database_};
  FakeEndpoints endpoint_store_{database_, clock_.now()};
  webhooks::EndpointService endpoints_{
      database_, ids_, webhooks::KeyRing::parse(base64_encode(std::string(32, 'k'))).value(), {}};
  webhooks::Sender sender_{context_.get_executor(), clock_, {}};
  webhooks::Trials trials_{endpoints_, sender_, ids_, clock_};
  FakeDeliveries delivery_store_{database_, clock_.now()};
  webhooks::DeliveryService deliveries_{database_, [] {}};
  net::Router router_ = make_router();
  json document_ = json::parse(openapi_document());
};

}  // namespace remit::app::test
