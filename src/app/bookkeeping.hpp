// What reads the books and keeps them right, in the order of dependencies.
//
// Owned by the Application; loop thread.
#pragma once

#include <vector>

#include "remit/books/book_service.hpp"
#include "remit/books/checkpointer.hpp"
#include "remit/books/receipt_service.hpp"
#include "remit/books/totaller.hpp"
#include "remit/config/config.hpp"
#include "remit/jobs/job.hpp"
#include "remit/reconciliation/finding_service.hpp"
#include "remit/reconciliation/reconciler.hpp"

namespace remit::app {

class Bookkeeping {
 public:
  Bookkeeping(const jobs::Context& context, storage::Database& database, UuidSource& ids,
              const config::Config& config);

  [[nodiscard]] std::vector<jobs::Job*> jobs() {
    return {&totaller_.job(), &reconciler_.job(), &checkpointer_.job()};
  }
  /// Newer instances do it from now on; requests are still served.
  void stop();

  [[nodiscard]] books::BookService& books() { return books_; }
  [[nodiscard]] books::ReceiptService& receipts() { return receipts_; }
  [[nodiscard]] reconciliation::FindingService& findings() { return findings_; }
  [[nodiscard]] const reconciliation::Reconciler& reconciler() const { return reconciler_; }

 private:
  Task<Result<std::vector<Tenant>>> tenants();
  Task<Result<std::vector<reconciliation::CurrencySum>>> trial_balance(Tenant tenant);

  storage::Database& database_;
  books::BookService books_;
  books::ReceiptService receipts_;
  books::Totaller totaller_;
  books::Checkpointer checkpointer_;
  reconciliation::FindingService findings_;
  reconciliation::Reconciler reconciler_;
};

}  // namespace remit::app
