// Every route of remitd in one place; a test compares them with docs/openapi.json.
//
// Made once by the composition root, on the loop thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "remit/auth/key_service.hpp"
#include "remit/books/book_service.hpp"
#include "remit/books/receipt_routes.hpp"
#include "remit/events/event_routes.hpp"
#include "remit/net/router.hpp"
#include "remit/payments/payment_routes.hpp"
#include "remit/quotes/quote_service.hpp"
#include "remit/reconciliation/finding_service.hpp"
#include "remit/storage/postgres_database.hpp"
#include "remit/wallets/wallet_service.hpp"
#include "remit/webhooks/delivery_service.hpp"
#include "remit/webhooks/endpoint_service.hpp"
#include "remit/webhooks/trials.hpp"

namespace remit::app {

/// The instance's own state of readiness.
struct Readiness {
  bool stopping = false;     ///< then it is not ready, even if it still works
  bool handed_over = false;  ///< a newer version has migrated the database
};

/// What the routes reach; all of it outlives every request.
struct RouteParts {
  storage::PostgresDatabase& database;
  quotes::QuoteService& quotes;
  payments::PaymentService& payments;
  events::EventRouteParts events;
  wallets::WalletService& wallets;
  books::BookService& books;
  books::ReceiptService& receipts;
  books::ReceiptRouteSettings receipt_settings;
  reconciliation::FindingService& findings;
  webhooks::EndpointService& webhooks;
  webhooks::Trials& webhook_trials;
  webhooks::DeliveryService& webhook_deliveries;
  auth::KeyService* keys = nullptr;  ///< null: there are no routes for them
  const Clock& clock;
  const Readiness& readiness;
  /// What GET /metrics answers; null: it is not one of these routes.
  std::function<std::string()> metrics = nullptr;
};

[[nodiscard]] net::Router make_router(const RouteParts& parts,
                                      payments::PaymentRouteSettings payment_settings);

/// docs/openapi.json as it was when this program was built: what GET /openapi.json answers.
[[nodiscard]] std::string_view openapi_document();

}  // namespace remit::app
